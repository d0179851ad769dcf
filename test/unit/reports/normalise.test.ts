import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileNormaliser, type Normaliser } from "../../../src/reports/normalise.ts";
import type { Places } from "../../../src/reports/normalise-places.ts";

const PLACES: Places = {
  repository: ["/srv/project"],
  session: ["/srv/project/.gate/sessions/RUN_20260213_142722"],
  home: "/home/ann",
  temporary: ["/scratch/ann"],
  host: "gpu-3.lab.example",
  user: "ann",
};

function normaliser(
  settings: { off?: readonly string[]; rules?: readonly { match: string; replace: string }[] } = {},
): Normaliser {
  const compiled = compileNormaliser({ off: settings.off ?? [], rules: settings.rules ?? [] }, PLACES);
  if (!compiled.ok) throw new Error(compiled.error.map(({ message }) => message).join("; "));
  return compiled.value;
}

const usual = normaliser();

function streamed(one: Normaliser, pieces: readonly Buffer[]): string {
  const stream = one.stream();
  return pieces.map((piece) => stream.push(piece)).join("") + stream.end();
}

describe("what is volatile becomes a placeholder", () => {
  it.each([
    ["2026-02-13T14:27:22Z start", "<time> start"],
    ["2026-02-13 14:27:22,123 [4711] INFO ready", "<time> [<pid>] INFO ready"],
    ["2026-02-13T14:27:22.123456+01:00", "<time>"],
    ["2026/02/13 14:27:22 listening", "<time> listening"],
    ["[14:27:22] ready", "[<time>] ready"],
    ["took 0:00:12.5", "took <time>"],
    ["INFO 02-13 14:27:22 [engine.py:12] ready", "INFO <time> [engine.py:12] ready"],
    ["I0213 14:27:22.123456  4711 server.cc:12] ready", "I<time> <pid> server.cc:12] ready"],
    ["W0213 14:27:22.123456 140234567890432 a/b.py:1] x", "W<time> <pid> a/b.py:1] x"],
    ["[2026-02-13 14:27:22 +0100] [4711] [INFO] Booting", "[<time>] [<pid>] [INFO] Booting"],
    ["<Thread(Thread-12 (f), started 140234567890432)>", "<Thread(Thread-<pid> (f), started <pid>)>"],
    ["Feb 13 14:27:22 box kernel: x", "<time> box kernel: x"],
    ["Fri, 13 Feb 2026 14:27:22 GMT", "<time>"],
    ['::1 - - [13/Feb/2026:14:27:22 +0000] "GET /"', '::1 - - [<time>] "GET /"'],
    ["created=1770992842", "created=<time>"],
    ["at 1770992842.1234567", "at <time>"],
    ["session RUN_20260213_142722 begins", "session RUN_<time> begins"],
    ["answered in 1.23s", "answered in <duration>"],
    ["45 ms, 12µs and 0.5 seconds", "<duration>, <duration> and <duration>"],
    ["took 3 seconds", "took <duration>"],
    ["finished after 2m 3s (1h02m)", "finished after <duration> (<duration>)"],
    ["latency_ms=45 load_time: 0.532", "latency_ms=<duration> load_time: <duration>"],
    ["eval time =    1234.56 ms /    99 runs", "eval time = <duration> /    99 runs"],
    ["12.47 ms per token, 80.19 tokens per second", "<duration> per token, <rate>"],
    ["generated at 23.4 tok/s, 12.1 it/s, 35 MiB/s", "generated at <rate>, <rate>, <rate>"],
    [" 50%|##   | 5/10 [00:12<00:34,  2.31it/s]", " 50%|##   | 5/10 [<duration>, <rate>]"],
    ["<Model object at 0x7f3a5c2b1d90>", "<Model object at <addr>>"],
    ["worker pid=123 ppid: 7", "worker pid=<pid> ppid: <pid>"],
    ["Started server process [4711]", "Started server process [<pid>]"],
    ["sshd[4711]: closed", "sshd[<pid>]: closed"],
    ["postgres/main[4711]: ready", "postgres/main[<pid>]: ready"],
    ["Feb 13 14:27:22 box sshd[4711]: 3 attempts", "<time> box sshd[<pid>]: 3 attempts"],
    ["Feb 13 14:27:22 gpu-3 sshd[4711]: (root) x", "<time> <host> sshd[<pid>]: (root) x"],
    ["2026-02-13T14:27:22.123+01:00 box cron[4711]: 1", "<time> box cron[<pid>]: 1"],
    ["14:27:22 INFO sshd[4711]: closed", "<time> INFO sshd[<pid>]: closed"],
    ["2026-02-13 14:27:22,123 app.main INFO [7] ready", "<time> app.main INFO [<pid>] ready"],
    ["ForkProcess-12 Thread-3", "ForkProcess-<pid> Thread-<pid>"],
    ["listening on http://127.0.0.1:43211/v1", "listening on http://127.0.0.1:<port>/v1"],
    ["localhost:8080 and [::1]:9000", "localhost:<port> and [::1]:<port>"],
    ["id 6F9619FF-8B86-d011-b42d-00c04fc964ff.", "id <uuid>."],
    ["open /srv/project/src/router.py:12", "open <repo>/src/router.py:12"],
    ["/srv/project/.gate/sessions/RUN_20260213_142722/artifacts/a", "<session>/artifacts/a"],
    ["/srv/project2/a stays", "/srv/project2/a stays"],
    ["/tmp/pytest-of-ann/pytest-12/test_x0/out.txt", "<tmp>/test_x/out.txt"],
    ["at /scratch/ann/pytest-of-ann/pytest-1/test_long_na12. Next", "at <tmp>/test_long_na. Next"],
    ["/tmp/pytest-of-ann/pytest-1 /tmp/pytest-of-ann/pytest-1/data/a1", "<tmp> <tmp>/data/a1"],
    ["/tmp/pytest-of-ann/pytest-12/popen-gw1/test_x__0/a/out.txt", "<tmp>/test_x__/a/out.txt"],
    ["in /tmp/pytest-of-ann/pytest-12/popen-gw10/test_x12.", "in <tmp>/test_x."],
    ["/srv/project/.base/popen-gw0/models/a1 /popen-gw0", "<repo>/.base/models/a1 "],
    ["'/tmp/tmpab12cd/f'", "'<tmp>/f'"],
    ["/private/var/folders/xx/abc_123/T/gate-Xy12/f", "<tmp>/f"],
    ["/scratch/ann/job-77/f", "<tmp>/f"],
    ["C:\\Users\\ann\\AppData\\Local\\Temp\\x1\\f", "<tmp>\\f"],
    ["cache: /home/ann/.cache/hf", "cache: <home>/.cache/hf"],
    ["/Users/bob/models, /root/x", "<home>/models, <home>/x"],
    ["running on gpu-3.lab.example as ann@gpu-3", "running on <host> as <user>@<host>"],
    ["user=ann", "user=<user>"],
    ['{"elapsed": 3.25, "pid": 12, "n": 3}', '{"elapsed": "<duration>", "pid": "<pid>", "n": 3}'],
    [
      "ts=1770992842 end_ts: 1770992842, created_at=1770992842",
      "ts=<time> end_ts: <time>, created_at=<time>",
    ],
    ['{"ts": 1770992842, "startedAt": 1770992842}', '{"ts": "<time>", "startedAt": "<time>"}'],
    ["worker_pid=12 PPID 3 osTid=4 MAIN_PID: 5", "worker_pid=<pid> PPID <pid> osTid=<pid> MAIN_PID: <pid>"],
    [
      "runtime=12.5 s runtime: 3 minutes, runtime_ms=45",
      "runtime=<duration> runtime: <duration>, runtime_ms=<duration>",
    ],
    ["{'train_runtime': 12.5} total runtime 7", "{'train_runtime': <duration>} total runtime <duration>"],
    ["Runtime: 12.3456", "Runtime: <duration>"],
    ["20260213T142722Z 20260213-235959", "<time> <time>"],
    ["uptime 99.9 uptime: 3 hours", "uptime <duration> uptime: <duration>"],
    ["60s music, timeout '30s', at::14:27:22", "<duration> music, timeout '<duration>', at::<time>"],
    ["0xDEADBEE1", "<addr>"],
    ["[GIN] 2026/02/13 - 14:27:22 | 200", "[GIN] <time> | 200"],
    ["13.02.2026 14:27:22, 2/13/2026 2:27:22.5 PM", "<time>, <time>"],
    ["Fri 13 Feb 2026 02:27:22 PM UTC", "<time>"],
    ["Fri Feb 13 14:27:22 CET 2026; Fri Feb 13 14:27:22 2026", "<time>; <time>"],
    ["1.2e+3 tok/s", "<rate>"],
    ['{"created": 1770992842}', '{"created": "<time>"}'],
  ])("%s", (line, expected) => {
    expect(usual.text(line)).toBe(expected);
    expect(usual.text(`${line}\n`)).toBe(`${expected}\n`);
  });
});

it.each([
  ["vm", "host=vm up, ann@vm, a vm of ours", "host=<host> up, <user>@<host>, a vm of ours"],
  ["a1", "HOST: a1, steak with a1 sauce", "HOST: <host>, steak with a1 sauce"],
])("a host name as short as %s is replaced where the text says that it is one", (host, line, expected) => {
  const compiled = compileNormaliser({ off: [], rules: [] }, { ...PLACES, host });
  expect(compiled.ok && compiled.value.text(line)).toBe(expected);
});

describe("what a model said is kept", () => {
  it.each([
    "The year 2026 and the 1990s, route 66, version 1.2.3",
    "Boil it for 10 minutes, then wait 2 hours.",
    "On 1969-07-20 they landed.",
    "colour 0xff00ff, port 8080, pid",
    "ann said hello; Ann too",
    "array[12] and see [1] and [23]",
    "192.168.0.1 10.0.0.1:8080",
    "de:ad:be:ef:00:11 and 12:34:56:78:9a:bc",
    "it took 3 attempts",
    "/usr/lib/python3/x.py, /tmp, https://example.com/tmp",
    "3 passed, 1 failed, score 0.75 (12%)",
    "trailing space \t ",
    "",
    "a < b && c > d; <time> <pid>",
    "pid=\n4711\nelapsed:\n12\ntook\n3 seconds",
    "5 metres, 3 items/box, 7 sisters",
    "weights: 1543714304, points: 1700000001, prompts=1612345678",
    "lipid 120 mg, a stupid 7 answers, rapid: 12 tests, clientid=7, RAPID 3",
    "CUDA runtime 12.4, onnxruntime 1.17, python runtime=3.11, Runtime: 3.11.2, runtimes: 3",
    "[404] GET /index",
    "INFO [503] Service Unavailable",
    "ERROR [7] no such thing",
    "[101] Smith et al.",
    "logits[128]: 0.25",
    "labels[128]: None",
    "see the logits[128]: they are high",
    "order 20451234-998877, 20260213-246060",
    "2001:db8::10:20:30",
    "uptime 99.9%, uptime: 98 %",
    "the '90s, '60s music, mid-90s, the late ’80s",
    "0xdeadbeef 0xFFFFFFFF",
  ])("%s", (line) => {
    expect(usual.text(line)).toBe(line);
  });
});

describe("readable text", () => {
  it("has one kind of line end, no escape sequence and no hidden control", () => {
    const raw = "\x1b[1;31mred\x1b[0m\r\nprogress 1\rprogress 2\r\n\x1b]0;title\x07bell\x07 nul\0 \x9b\x7f";
    expect(usual.text(raw)).toBe("red\nprogress 1\nprogress 2\nbell␇ nul␀ \\x9b␡");
  });

  it("shows bytes that are not UTF-8 as U+FFFD", () => {
    expect(streamed(usual, [Buffer.from([0x61, 0xff, 0xe2, 0x82, 0x62])])).toBe("a\ufffd\ufffdb");
  });

  it("keeps a missing final newline missing", () => {
    expect(streamed(usual, [Buffer.from("a\nb")])).toBe("a\nb");
    expect(streamed(usual, [])).toBe("");
  });
});

describe("rules can be chosen", () => {
  it("leaves out what is switched off", () => {
    expect(normaliser({ off: ["durations"] }).text("pid=7 took 1.5s")).toBe("pid=<pid> took 1.5s");
  });

  it("applies a suite's own rules first, line by line", () => {
    const own = normaliser({ rules: [{ match: "^seed (\\d+)s$", replace: "seed <seed of $1 digits>" }] });
    expect(own.text("seed 12s\nseed 7s x")).toBe("seed <seed of 12 digits>\nseed <duration> x");
    expect(streamed(own, [Buffer.from("seed 1"), Buffer.from("2s\nse"), Buffer.from("ed 7s x")])).toBe(
      "seed <seed of 12 digits>\nseed <duration> x",
    );
  });

  it.each(["(", "a{2,1}", "x*", "^", "\\b", "(?=a)", "a?"])("refuses %s as a rule", (match) => {
    const compiled = compileNormaliser({ off: [], rules: [{ match, replace: "" }] }, PLACES);
    expect(compiled.ok ? [] : compiled.error.map(({ code }) => code)).toEqual(["config-invalid"]);
  });

  it("names a rule that does not exist", () => {
    const compiled = compileNormaliser({ off: ["duration"], rules: [] }, PLACES);
    expect(compiled.ok ? "" : compiled.error[0]?.message).toContain('"duration"');
  });
});

const FRAGMENTS = [
  ..."2026-02-13|14:27:22|T|Z|,123|.5|+01:00|:|-|/|.| |  |\t|\n|\r\n|\r|\x1b[31m|\x1b[|\x1b|0m|\0".split("|"),
  ...'12|5|1.23|s|ms| ms|5s|1770992842|.123456|created=|took |elapsed: |duration_s": |time=|"'.split("|"),
  ..."0x7f3a5c2b1d90|0x|pid=|[4711]|sshd[12345]: |Process-|Thread-1|INFO |localhost:|8080|127.0.0.1:".split(
    "|",
  ),
  ..."/tmp/|/tmp/ab|pytest-of-ann/pytest-3/|/home/|ann|@|gpu-3|.lab.example|/srv/project|/private|x|<|>|é|µs".split(
    "|",
  ),
  ..."6f9619ff-8b86-d011-b42d-00c04fc964ff|tok/s| tokens per second|Feb 13 |Fri, |13/Feb/2026:|h|m|[|]|{|}|(|)".split(
    "|",
  ),
  ..."::|runtime=|runtime |%| %|'|'90s|ts=|lipid |INFO [503] |logits[128]: |closed|[404] | - | PM| CET| 2026".split(
    "|",
  ),
  ..."<time>|<duration>|<tmp>|RUN_20260213_142722|_1|user=|1990s|the 80s|00:12<00:34|2m 3s|1e-05|, |\ud83d\ude00".split(
    "|",
  ),
];

const text = fc
  .array(
    fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...FRAGMENTS) },
      fc.string({ unit: "binary", maxLength: 4 }),
    ),
    {
      maxLength: 40,
    },
  )
  .map((parts) => parts.join(""));

describe("for all texts", () => {
  it("normalising twice is normalising once", () => {
    fc.assert(
      fc.property(text, (raw) => {
        const once = usual.text(raw);
        expect(usual.text(once)).toBe(once);
      }),
      { numRuns: 3000 },
    );
  });

  it("it does not matter how a file is cut, also inside characters and very long lines", () => {
    const long = fc.tuple(text, fc.nat(3)).map(([raw, times]) => {
      const line = raw.replace(/[\r\n]/g, " ");
      return (
        raw + line.repeat(times === 0 ? 0 : Math.ceil((50_000 + times * 12_000) / (line.length + 1))) + raw
      );
    });
    fc.assert(
      fc.property(long, fc.array(fc.nat(), { maxLength: 6 }), (raw, cuts) => {
        const bytes = Buffer.from(raw);
        const places = [
          0,
          ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b),
          bytes.length,
        ];
        const pieces = places.slice(1).map((to, index) => bytes.subarray(places[index], to));
        expect(streamed(usual, pieces)).toBe(usual.text(raw));
      }),
      { numRuns: 300 },
    );
  });

  it("works through a line without end in windows, and misses nothing at their edges", () => {
    for (const offset of [0, 1, 7, 13]) {
      const raw = "x".repeat(offset) + " 2026-02-13 14:27:22,123 [4711] /tmp/ab12/f took 1.5s".repeat(5000);
      const expected = "x".repeat(offset) + " <time> [<pid>] <tmp>/f took <duration>".repeat(5000);
      const bytes = Buffer.from(raw);
      const pieces = Array.from({ length: Math.ceil(bytes.length / 10_000) }, (_, index) =>
        bytes.subarray(index * 10_000, (index + 1) * 10_000),
      );
      expect(streamed(usual, pieces)).toBe(expected);
    }
  });

  it("any bytes at all are read as text without end of line, however they are cut", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), fc.nat(12), (some, cut) => {
        const bytes = Buffer.concat([Buffer.from("é".repeat(33_000)), Buffer.from(some), Buffer.from("é")]);
        const at = 66_000 + Math.min(cut, some.length);
        const inTwo = streamed(usual, [bytes.subarray(0, at), bytes.subarray(at)]);
        expect(inTwo).toBe(streamed(usual, [bytes]));
      }),
      { numRuns: 300 },
    );
  });
});
