// A shop, as people write such scripts: some of it plain, some of it a program.
import http from 'k6/http';
import { check, group, sleep as pause } from 'k6';
import { Trend } from 'k6/metrics';
import { SharedArray } from 'k6/data';

const BASE = __ENV.BASE_URL || 'http://127.0.0.1:9';
const JSON_HEADERS = { 'Content-Type': 'application/json', 'X-Shop': "it\u2019s" };
const users = new SharedArray('users', () => JSON.parse(open('./users.json')));
let round = 0;

export const options = {
  scenarios: {
    browse: {
      executor: 'constant-arrival-rate', exec: 'browse',
      rate: 90, timeUnit: '1m', duration: '20s', preAllocatedVUs: 5, maxVUs: 50,
    },
    buy: {
      executor: 'constant-arrival-rate',
      rate: 1, timeUnit: '2s', duration: '20s', preAllocatedVUs: 5, tags: { kind: 'sale' },
    },
  },
  thresholds: {
    http_req_duration: ['p(95)<200', { threshold: 'p(99)<500', abortOnFail: true }],
    http_req_failed: ['rate<0.01'],
    'http_req_duration{scenario:buy}': ['max<2000'],
    checkout_time: ['p(95)<900'],
  },
  noConnectionReuse: true,
};

export function setup() {
  return {};
}

export function browse() {
  http.get(`${BASE}/items?page=${1 + 1}`, { headers: { Accept: 'application/json' } });
  pause(60 * 0.5 / 60);
  http.get(`${BASE}/items/${round}`);
}

export default function (data) {
  group('checkout', () => {
    const answer = http.post(`${BASE}/orders`, JSON.stringify({ item: 7, note: '{fragile}', tags: ['a', null] }), {
      headers: JSON_HEADERS, timeout: '5s', responseType: 'none',
    });
    check(answer, {
      'is made': (r) => r.status === 201 || r.status === 200,
      'has a number': function (r) { return r.body.includes('id'); },
      'is quick': (r) => r.timings.duration < 300,
    });
    pause(Math.random());
  });
  http.put(`${BASE}/cart`, { item: 'b', count: 2 }, { tags: { name: 'cart' } });
  http.patch(BASE + '/me', 'text');
  http.del(`${BASE}/cart`);
  if (data.more) {
    http.get(`${BASE}/never`);
  }
  round += 1;
}
