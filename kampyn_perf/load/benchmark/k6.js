// The work of the comparison for k6, with arrivals at a rate.
import { check } from 'k6';
import exec from 'k6/execution';
import http from 'k6/http';

const data = JSON.parse(open(__ENV.KAMPYN_DATA));
const base = __ENV.KAMPYN_URL;
const mix = __ENV.KAMPYN_WORK === 'mix';

export const options = {
  scenarios: {
    arrivals: {
      executor: 'constant-arrival-rate',
      // A whole number for each ten seconds: rates of sessions need not be whole.
      rate: Math.round(Number(__ENV.KAMPYN_RATE) * 10),
      timeUnit: '10s',
      duration: `${__ENV.KAMPYN_SECONDS}s`,
      preAllocatedVUs: 200,
      maxVUs: 1000,
      gracefulStop: '2s',
    },
  },
  summaryTrendStats: ['med', 'p(99)'],
};

function one(list) {
  return list[Math.floor(Math.random() * list.length)];
}

function ask(method, path, name, key, body) {
  const params = { tags: { name } };
  if (body !== undefined) {
    params.headers = { 'Content-Type': 'application/json' };
  }
  const answer = http.request(
    method, `${base}${path}`, body === undefined ? null : JSON.stringify(body), params,
  );
  check(answer, { answered: (r) => r.status < 400 && r.json()[key] !== undefined });
}

function authentication() {
  const user = one(data.users);
  ask('POST', '/api/user/auth/login', 'login', 'token', {
    email: user.email, password: user.password,
  });
  ask('GET', '/api/user/auth/check', 'check', 'user');
}

function orderPlacement() {
  const user = one(data.users);
  const item = one(data.items);
  ask('GET', `/api/item/retail/uni/${data.uniId}`, 'items', 'items');
  ask('POST', `/cart/add/${user.id}`, 'cart_add', 'item', { itemId: item.id, quantity: 2 });
  ask('POST', `/order/${user.id}`, 'order', 'order', { vendorId: item.vendorId, items: [] });
}

function vendorOperations() {
  const vendor = one(data.vendors);
  ask('GET', `/api/vendor/list/uni/${data.uniId}`, 'vendors', 'vendors');
  ask('GET', `/order/vendor/${vendor.id}/active`, 'active_orders', 'orders');
}

export default function () {
  if (!mix) {
    http.get(`${base}/items`, { tags: { name: 'items' } });
    return;
  }
  // 30, 40 and 30 of each hundred sessions.
  const place = (exec.scenario.iterationInTest * 37) % 100;
  if (place < 30) {
    authentication();
  } else if (place < 70) {
    orderPlacement();
  } else {
    vendorOperations();
  }
}

export function handleSummary(summary) {
  return { [__ENV.KAMPYN_SUMMARY]: JSON.stringify(summary.metrics) };
}
