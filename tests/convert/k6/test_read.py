"""Scripts of k6: what is taken over, and that the rest is listed with its line.

Tests `kampyn_perf/convert/k6` too.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.convert.k6.read import Script, read_script
from kampyn_perf.errors import ConfigError, KampynError
from kampyn_perf.load.target.flow import FlowSettings

SHOP = Path(__file__).parent / "files" / "shop.js"
IMPORTS = "import http from 'k6/http'; import { check, group, sleep } from 'k6';\n"
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(-1e9, 1e9).map(lambda x: round(x, 3))
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="{")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=3), inner),
    max_leaves=8,
)


def read(folder: Path, body: str, *, before: str = "") -> Script:
    path = folder / "x.js"
    path.write_text(f"{IMPORTS}{before}\nexport default function () {{\n{body}\n}}\n")
    return read_script(path)


def steps(script: Script) -> list[dict]:
    for flow in script.flows:
        FlowSettings.model_validate(flow)
    return script.flows[0]["flow"]


def test_plain_calls_become_steps():
    script = read_script(SHOP)
    browse, buy = script.flows
    assert (browse["weight"], buy.get("weight", 1)) == (3, 1)
    assert script.phases == [{"duration": "20s", "arrivalRate": 2}]
    assert script.url == "http://127.0.0.1:9"
    assert browse["flow"] == [
        {"get": {"url": "/items?page=2", "headers": {"Accept": "application/json"}}},
        {"think": "500ms"},
    ]
    post, put, patch, delete = buy["flow"]
    assert post["post"] == {
        "url": "/orders",
        "json": {"item": 7, "note": "{fragile}", "tags": ["a", None]},
        "headers": {"Content-Type": "application/json", "X-Shop": "it’s"},
        "timeout": "5s",
        "name": "checkout: POST /orders",
        "expect": [{"statusCode": [201, 200]}, {"contains": ["id"]}],
    }
    assert put["put"] == {"url": "/cart", "form": {"item": "b", "count": "2"}, "name": "cart"}
    assert patch == {"patch": {"url": "/me", "body": "text"}}
    assert delete == {"delete": {"url": "/cart"}}


def test_all_else_is_listed_with_its_line():
    lines = [one.split(": ")[0] for one in read_script(SHOP).left_out]
    numbers = [4, 5, 9, 20, 29, 32, 39, 45, 50, 52, 57, 60]
    assert lines == [f"shop.js:{number}" for number in numbers]


@pytest.mark.parametrize(
    "body",
    [
        "for (const id of [1, 2]) { http.get('http://h/a'); }",
        "http.get('http://h/' + Math.random());",
        "http.get(`http://h/${__ITER}`);",
        "http.get(__ENV.URL);",
        "http.batch(['http://h/a']);",
        "http.get('/relative');",
        "http.post('http://h/a', '{{ x }}');",
        "http.post('http://h/a', open('body.json'));",
        "http.get('http://h/a', { headers: { ...common } });",
        "const { id } = login(); http.get(`http://h/${id}`);",
        "let path = 'a'; path = path + 'b'; http.get('http://h/' + path);",
        "login('http://h/a');",
    ],
)
def test_what_is_computed_is_never_sent(tmp_path, body):
    script = read(tmp_path, f"http.get('http://h/first');\n{body}")
    assert steps(script) == [{"get": {"url": "/first"}}]
    assert any(one.startswith("x.js:5: ") for one in script.left_out)


@pytest.mark.parametrize(
    "change",
    ["P.headers.A = 'b';", "sign(P);", "delete P.headers.A;", "Object.assign(P.headers, {});"],
)
def test_an_object_that_may_have_changed_is_not_known(tmp_path, change):
    body = f"{change}\nhttp.get('http://h/a', P);\nhttp.get('http://h/b');"
    script = read(tmp_path, body, before="const P = { headers: { A: 'a' } };")
    assert steps(script) == [{"get": {"url": "/b"}}]


def test_a_name_of_the_function_hides_that_of_the_script(tmp_path):
    body = "const A = now();\nhttp.get(`http://h/${A}`);\nhttp.get('http://h/b');"
    assert steps(read(tmp_path, body, before="const A = 'a';")) == [{"get": {"url": "/b"}}]


@pytest.mark.parametrize(
    "body",
    [
        "let r = http.get('http://h/a'); r = other(); check(r, { a: (q) => q.status === 200 });",
        "let r = http.get('http://h/a'); if (x) { r = 1; } check(r, { a: (q) => q.status == 1 });",
        "const r = http.get('http://h/a'); group('g', () => { const r = http.get('http://h/b'); });"
        "check(r, { a: (q) => q.status === 200 });",
        "const r = http.get('http://h/a'); check(r, { a: (q) => q.status > 200 });",
        "const r = http.get('http://h/a'); check(r, { a: (q) => r.status === 200 && ok(r) });",
    ],
)
def test_a_check_is_of_its_own_answer_or_listed(tmp_path, body):
    script = read(tmp_path, body)
    assert "expect" not in steps(script)[0]["get"]
    assert script.left_out


def test_values_of_answers_are_captured_where_they_are_used(tmp_path):
    script = read(
        tmp_path,
        """
  const login = http.post('http://h/login', JSON.stringify({ name: 'ann' }));
  check(login, { ok: (r) => r.status === 200 });
  const token = login.json('auth.access'), unused = login.json('x');
  const params = { headers: { Authorization: `Bearer ${token}` } };
  const cart = http.get('http://h/carts', params).json();
  const body = JSON.stringify({ id: cart['my id'], n: 2 });
  http.put(`http://h/carts/${cart.items[0].id}`, body, params);
  let page = http.get('http://h/page');
  page = http.get(page.headers['Location']);
  http.post('http://h/raw', page.body);
  const again = JSON.parse(page.body).next;
  http.get('http://h/p/' + again);
""",
    )
    assert steps(script) == [
        {
            "post": {
                "url": "/login",
                "json": {"name": "ann"},
                "expect": [{"statusCode": [200]}],
                "capture": [{"json": "$.auth.access", "as": "token"}],
            }
        },
        {
            "get": {
                "url": "/carts",
                "headers": {"Authorization": "Bearer {{ token }}"},
                "capture": [
                    {"json": "$['my id']", "as": "cart_my_id"},
                    {"json": "$.items[0].id", "as": "cart_items_0_id"},
                ],
            }
        },
        {
            "put": {
                "url": "/carts/{{ cart_items_0_id }}",
                "json": {"id": "{{ cart_my_id }}", "n": 2},
                "headers": {"Authorization": "Bearer {{ token }}"},
            }
        },
        {"get": {"url": "/page", "capture": [{"header": "Location", "as": "page_Location"}]}},
        {
            "get": {
                "url": "{{ page_Location }}",
                "capture": [
                    {"regexp": ".*", "flags": "s", "as": "page"},
                    {"json": "$.next", "as": "again"},
                ],
            }
        },
        {"post": {"url": "/raw", "body": "{{ page }}"}},
        {"get": {"url": "/p/{{ again }}"}},
    ]
    assert script.left_out == []


def test_of_the_documents_script_nothing_is_left(tmp_path):
    page = (Path(__file__).parents[3] / "docs" / "coming-from.md").read_text()
    path = tmp_path / "shop.js"
    path.write_text(page.partition("```javascript\n")[2].partition("```")[0])
    script = read_script(path)
    assert script.left_out == []
    assert steps(script)[1:] == [
        {"get": {"url": "/items", "capture": [{"json": "$[0].id", "as": "item"}]}},
        {
            "post": {
                "url": "/orders",
                "json": {"item": "{{ item }}"},
                "headers": {"Content-Type": "application/json"},
            }
        },
    ]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("const t = http.get('http://h/a').json('#.id'); http.get(`http://h/${t}`);",
         "the selector '#.id' is more than keys"),
        ("const t = http.get('http://h/a').html('p'); http.get(`http://h/${t}`);", "not kept"),
        ("const r = http.get('http://h/a'); http.get(`http://h/${r.timings.duration}`);",
         "of an answer is not kept"),
        ("const r = http.get('http://h/a'); http.get(`http://h/${r}`);",
         "an answer as a whole is no value"),
        ("const n = http.get('http://h/a').json('n'); http.get(`http://h/${n + 1}`);",
         "counts with a value of an answer"),
        ("let t = http.get('http://h/a').json('t'); t += 'x'; http.get(`http://h/${t}`);",
         "is computed while the script runs"),
        ("let t = http.get('http://h/a').json('t'); const p = { headers: { t } };"
         "t = http.get('http://h/b').json('t'); http.get('http://h/c', p);",
         "the value of p is computed"),
        ("let t = http.get('http://h/a').json('t'); if (t) { t = 1; } http.get(`http://h/${t}`);",
         "the value of t is computed"),
        ("const i = 1; const t = http.get('http://h/a').json(); http.get(`http://h/${t[i]}`);",
         "which part is meant"),
    ],
)  # fmt: skip
def test_values_of_answers_that_cannot_be_captured_are_listed(tmp_path, body, words):
    script = read(tmp_path, body)
    assert words in "\n".join(script.left_out), script.left_out
    assert "${" not in json.dumps(script.flows)
    assert not re.search("[\ue000\ue001]", json.dumps(script.flows, ensure_ascii=False))


def test_a_check_of_an_assigned_answer(tmp_path):
    body = "let r; r = http.get('http://h/a'); check(r, { a: (q) => 404 === q.status });"
    assert steps(read(tmp_path, body)) == [
        {"get": {"url": "/a", "expect": [{"statusCode": [404]}]}}
    ]


def test_a_function_that_is_exported_by_its_name(tmp_path):
    path = tmp_path / "x.js"
    main = "const main = () => http.get('http://h/a');"
    path.write_text(f"{IMPORTS}{main}\nexport default main;")
    assert steps(read_script(path)) == [{"get": {"url": "/a"}}]


def scenario(folder: Path, text: str) -> Script:
    before = f"export const options = {{ scenarios: {{ {text} }} }};"
    return read(folder, "http.get('http://h/a');", before=before)


def test_a_ramp_has_its_rates_exactly(tmp_path):
    script = scenario(
        tmp_path,
        "s: { executor: 'ramping-arrival-rate', startRate: 100, timeUnit: '1m', stages: ["
        "{ target: 100, duration: '10s' }, { target: 300, duration: '1m30s' },"
        "{ target: 0, duration: 0 }, { target: 0, duration: 5000 }] }",
    )
    assert script.phases == [
        {"duration": "10s", "arrivalRate": "5/3/s"},
        {"duration": "90s", "arrivalRate": "5/3/s", "rampTo": 5},
        {"pause": "5s"},
    ]


@pytest.mark.parametrize(
    "text",
    [
        "s: { executor: 'ramping-vus', stages: [{ target: 9, duration: '1s' }] }",
        "s: { executor: 'constant-arrival-rate', rate: 0, duration: '1s' }",
        "s: { executor: 'constant-arrival-rate', rate: 3 }",
        "s: { executor: 'constant-arrival-rate', rate: 3, duration: 'soon' }",
        "s: { executor: 'constant-arrival-rate', rate: 3, duration: '1s' },"
        "t: { executor: 'constant-arrival-rate', rate: 3, duration: '2s' }",
    ],
)
def test_no_rate_is_made_up_unsaid(tmp_path, text):
    script = scenario(tmp_path, text)
    assert script.phases == [{"duration": "30s", "arrivalRate": 1}]
    assert any("to be edited" in one for one in script.remarks)
    assert any("scenario s" in one for one in script.left_out)


def test_users_in_a_loop_are_no_rate(tmp_path):
    script = read(
        tmp_path,
        "http.get('http://h/a');",
        before="export const options = { vus: 9, duration: 1 };",
    )
    assert sum("no arrival rate" in one for one in script.left_out) == 2


def test_a_flow_that_cannot_be_said_takes_its_rate_along(tmp_path):
    one = "executor: 'constant-arrival-rate', duration: '9s'"
    script = scenario(tmp_path, f"s: {{ {one}, rate: 3 }}, t: {{ {one}, rate: 5, exec: 'no' }}")
    assert script.phases == [{"duration": "9s", "arrivalRate": 3}]
    assert [flow["name"] for flow in script.flows] == ["s"]


@given(value=JSON)
def test_a_body_is_the_literal(tmp_path_factory, value):
    folder = tmp_path_factory.getbasetemp()
    text = json.dumps(value)
    request = steps(read(folder, f"http.post('http://h/a', JSON.stringify({text}));"))[0]["post"]
    assert (request["json"] if value is not None else json.loads(request["body"])) == value


@given(text=st.text(st.sampled_from("ab01 (){}[]'\"`$.,;:=>+-/*\n\\"), max_size=60))
def test_whatever_it_says_it_is_read_or_refused(tmp_path_factory, text):
    try:
        script = read(tmp_path_factory.getbasetemp(), f"http.get('http://h/a');\n{text}")
    except KampynError:
        return
    steps(script)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("\n\nconst a = ;\n", r"x\.js:3.*syntax error"),
        ("", "is empty"),
        ("export default function () {}", "no request that can be said"),
        ("const a = " + "(" * 3000 + "1" + ")" * 3000, "nested too deeply|no request"),
        ("const a = " + "1+" * 3000 + "1", "nested too deeply"),
    ],
)
def test_what_is_no_script_is_refused(tmp_path, text, words):
    (tmp_path / "x.js").write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_script(tmp_path / "x.js")
    assert re.search(words, str(caught.value))
