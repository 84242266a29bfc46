//! Metrics: a text that a strict reader of the format takes, with the figures that `stats` has, served as HTTP should be.

#![expect(clippy::float_cmp, reason = "counts are printed, and read back, exactly")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Stdio;

use crate::program::{PATIENCE, Running, Test, lines};

/// A sample: its labels, and its value.
type Sample = (BTreeMap<String, String>, f64);

/// The families of a text in Prometheus' format 0.0.4; anything that the format does not allow is an error.
#[derive(Debug, Default)]
struct Exposition {
    kinds: BTreeMap<String, String>,
    samples: BTreeMap<String, Vec<Sample>>,
}

impl Exposition {
    fn read(text: &str) -> Result<Self, String> {
        let mut all = Self::default();
        let (mut helped, mut family) = (BTreeSet::new(), String::new());
        if !text.is_empty() && !text.ends_with('\n') {
            return Err("the last line does not end".into());
        }
        for line in text.lines() {
            let wrong = |what: &str| Err(format!("{what}: {line}"));
            if let Some(comment) = line.strip_prefix("# ") {
                let words: Vec<_> = comment.splitn(3, ' ').collect();
                match words[..] {
                    ["HELP", name, help] if is_name(name) && !help.is_empty() => {
                        if !helped.insert(name.to_owned()) {
                            return wrong("a second help");
                        }
                        family = name.into();
                    }
                    ["TYPE", name, "counter" | "gauge" | "histogram"] if name == family => {
                        if all.kinds.insert(name.into(), words[2].into()).is_some() {
                            return wrong("a second type");
                        }
                    }
                    _ => return wrong("neither a help nor a type of the family before"),
                }
                continue;
            }
            let (name, labels, value) = sample(line).ok_or_else(|| format!("no sample: {line}"))?;
            let kind = all.kinds.get(&family).map_or("", String::as_str);
            let belongs = match kind {
                "histogram" => ["_bucket", "_sum", "_count"]
                    .iter()
                    .any(|suffix| name.strip_suffix(suffix) == Some(family.as_str())),
                "counter" => name == family && name.ends_with("_total") && value >= 0.0,
                _ => name == family,
            };
            let known = all.samples.entry(name).or_default();
            if !belongs || known.iter().any(|(other, _)| *other == labels) {
                return wrong("not of this family, or there twice");
            }
            known.push((labels, value));
        }
        all.check_histograms()?;
        Ok(all)
    }

    /// Buckets ascend, and the last has all.
    fn check_histograms(&self) -> Result<(), String> {
        for name in self.kinds.iter().filter(|(_, kind)| *kind == "histogram").map(|(name, _)| name)
        {
            for (labels, count) in self.samples.get(&format!("{name}_count")).into_iter().flatten()
            {
                let of_series = |(bucket, _): &&Sample| {
                    labels.iter().all(|(label, value)| bucket.get(label) == Some(value))
                };
                let buckets = self.samples[&format!("{name}_bucket")].iter().filter(of_series);
                let buckets: Vec<(f64, f64)> = buckets
                    .map(|(labels, value)| {
                        (labels["le"].replace("+Inf", "inf").parse().unwrap(), *value)
                    })
                    .collect();
                let ascends = buckets.windows(2).all(|w| w[0].0 < w[1].0 && w[0].1 <= w[1].1);
                if !ascends || buckets.last() != Some(&(f64::INFINITY, *count)) {
                    return Err(format!("{name} is no histogram: {buckets:?}"));
                }
            }
        }
        Ok(())
    }

    /// The value of the one series with these labels.
    fn value(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let wanted: BTreeMap<String, String> =
            labels.iter().map(|(label, value)| ((*label).into(), (*value).into())).collect();
        let found =
            self.samples.get(name).into_iter().flatten().find(|(found, _)| *found == wanted);
        found.unwrap_or_else(|| panic!("no {name}{labels:?} in {self:?}")).1
    }
}

fn is_name(name: &str) -> bool {
    let first = |c: char| c.is_ascii_alphabetic() || c == '_';
    name.starts_with(first) && name.chars().all(|c| first(c) || c.is_ascii_digit())
}

/// `name{label="value",…} 1.5`, without a time.
fn sample(line: &str) -> Option<(String, BTreeMap<String, String>, f64)> {
    let (head, value) = line.rsplit_once(' ')?;
    let (name, mut rest) = match head.split_once('{') {
        Some((name, labels)) => (name, labels.strip_suffix('}')?),
        None => (head, ""),
    };
    let mut labels = BTreeMap::new();
    while !rest.is_empty() {
        let (label, quoted) = rest.split_once("=\"")?;
        let mut value = String::new();
        let mut letters = quoted.char_indices();
        let end = loop {
            match letters.next()? {
                (at, '"') => break at,
                (_, '\\') => value.push(match letters.next()?.1 {
                    'n' => '\n',
                    c @ ('\\' | '"') => c,
                    _ => return None,
                }),
                (_, letter) => value.push(letter),
            }
        };
        let is_new = is_name(label) && labels.insert(label.into(), value).is_none();
        rest = &quoted[end + 1..];
        rest = rest
            .strip_prefix(',')
            .or_else(|| rest.is_empty().then_some(rest))
            .filter(|_| is_new)?;
    }
    is_name(name).then_some((name.into(), labels, value.parse().ok()?))
}

/// A server that listens on a port of its own, and the address that it says.
fn serving(mut command: std::process::Command) -> (Running, String) {
    command.stdin(Stdio::piped());
    let server = Running::start(command);
    let said = server.said();
    let address = said.strip_prefix("serving http://").and_then(|said| said.split_once("/metrics"));
    let address = address.unwrap_or_else(|| panic!("{said}")).0.to_owned();
    (server, address)
}

/// Sends bytes, and returns the status line, the headers, and the body of what comes back until the other end closes.
fn asked(address: &str, request: &str) -> (String, String, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").expect(&answer);
    let (status, headers) = head.split_once("\r\n").unwrap();
    (status.into(), headers.to_lowercase(), body.into())
}

fn scraped(address: &str) -> Exposition {
    let (status, headers, body) = asked(address, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(status, "HTTP/1.1 200 OK");
    assert!(headers.contains("content-type: text/plain; version=0.0.4"), "{headers}");
    Exposition::read(&body).unwrap()
}

#[test]
fn the_strict_reader_takes_what_is_right_and_nothing_else() {
    let right = "# HELP a_total A.\n# TYPE a_total counter\na_total{t=\"x,\\\"}\"} 3\n";
    assert_eq!(Exposition::read(right).unwrap().value("a_total", &[("t", "x,\"}")]), 3.0);
    for wrong in [
        "a 1\n",
        "# TYPE a gauge\na 1\n",
        "# HELP a A.\n# TYPE a gauge\na 1",
        "# HELP a A.\n# TYPE a gauge\na 1\na 2\n",
        "# HELP a A.\n# TYPE a counter\na 1\n",
        "# HELP a A.\n# TYPE a gauge\nb 1\n",
        "# HELP a A.\n# TYPE a gauge\na{t=x} 1\n",
        "# HELP a A.\n# TYPE a gauge\na{t=\"x\"\"} 1\n",
        "# HELP a A.\n# TYPE a info\na 1\n",
        "# EOF\n",
        "# HELP a A.\n# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n",
    ] {
        assert!(Exposition::read(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn what_the_files_tell_is_printed_once_with_the_figures_of_stats() {
    let test = Test::new().topic("t", &lines(40, |id| format!("{{\"id\":{id}}}")));
    let records = lines(30, |id| format!("{{\"id\":{id}}}"));
    test.run_with(["put", "u", "--buckets", "2", "--no-flush"], records).code(0);
    test.run(["tail", "t", "--group", "reader", "--timeout", "0.1", "--limit", "10"]).code(0);
    let found = Exposition::read(&test.run(["metrics"]).code(0).stderr("").stdout).unwrap();
    for topic in test.run(["stats", "--json"]).code(0).json().as_array().unwrap() {
        let name = topic["topic"].as_str().unwrap();
        assert_eq!(found.value("lanceq_topic_up", &[("topic", name)]), 1.0);
        for bucket in topic["buckets"].as_array().unwrap() {
            let id = bucket["bucket_id"].to_string();
            let figure = |metric| found.value(metric, &[("topic", name), ("bucket", &id)]);
            for (metric, field) in [
                ("persisting_records_total", "persisted_count"),
                ("persisting_buffer_size", "buffer_count"),
                ("persisting_wal_size_bytes", "wal_bytes"),
                ("lanceq_disk_size_bytes", "bytes_on_disk"),
                ("lanceq_head_version", "version"),
                ("lanceq_fragments", "fragments"),
            ] {
                assert_eq!(figure(metric), bucket[field].as_f64().unwrap(), "{metric}: {bucket}");
            }
        }
    }
    assert_eq!(
        found.value("lanceq_group_lag_records", &[("group", "reader"), ("topic", "t")]),
        30.0
    );
    assert_eq!(found.value("lanceq_left_out", &[]), 0.0);
}

#[test]
fn a_topic_that_cannot_be_read_is_down_and_the_others_are_not() {
    let test = Test::new().topic("good", "{\"n\":1}\n").topic("bad", "{\"n\":1}\n");
    std::fs::write(test.root("bad/topic.json"), "nonsense").unwrap();
    let found = Exposition::read(&test.run(["metrics"]).code(0).stdout).unwrap();
    assert_eq!(found.value("lanceq_topic_up", &[("topic", "good")]), 1.0);
    assert_eq!(found.value("lanceq_topic_up", &[("topic", "bad")]), 0.0);
    Test::new().run(["metrics"]).code(1).stderr_contains("there is no folder");
}

#[test]
fn the_server_answers_each_request_as_http_wants_it_until_it_is_interrupted() {
    let test = Test::new().topic("t", "{\"n\":1}\n");
    let (server, address) = serving(test.command(["metrics", "--listen", "0"]));
    assert!(address.starts_with("127.0.0.1:"), "{address} is not of this machine only");
    let records = [("topic", "t"), ("bucket", "0")];
    assert_eq!(scraped(&address).value("persisting_records_total", &records), 1.0);

    let head = "HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
    let (status, headers, body) = asked(&address, head);
    assert_eq!((status.as_str(), body.as_str()), ("HTTP/1.1 200 OK", ""));
    assert!(headers.contains("content-length: ") && !headers.contains("content-length: 0"));
    let open =
        "GET /metrics HTTP/1.1\r\nAccept: application/openmetrics-text;version=1.0.0;q=0.5\r\n\r\n";
    let (_, headers, body) = asked(&address, open);
    assert!(
        headers.contains("content-type: application/openmetrics-text; version=1.0.0"),
        "{headers}"
    );
    assert!(body.ends_with("# EOF\n") && body.contains("# UNIT persisting_wal_size_bytes bytes\n"));

    let long = format!("GET /metrics HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(1 << 20));
    for (request, expected) in [
        ("GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 404 Not Found"),
        (
            "POST /metrics HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.1 405 Method Not Allowed",
        ),
        ("\u{16}\u{3}nonsense\r\n\r\n", "HTTP/1.1 400 Bad Request"),
        // It comes in time, but not to its end.
        ("GET /metrics HTTP/1.1\r\nHost:", "HTTP/1.1 408 Request Timeout"),
    ] {
        assert_eq!(asked(&address, request).0, expected, "{request:?}");
    }
    // The server reads no more of it than it must; whether its answer comes through is the system's.
    let mut stream = TcpStream::connect(&address).unwrap();
    stream.write_all(long.as_bytes()).ok();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok();
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431 "), "{answer}");

    // Who connects and says nothing keeps nobody out.
    let idle: Vec<_> = (0..12).map(|_| TcpStream::connect(&address).unwrap()).collect();
    scraped(&address);
    drop(idle);
    server.interrupt();
    assert_eq!(server.end().0, Some(130));
}

#[test]
fn an_address_that_is_taken_or_is_none_is_told() {
    let test = Test::new().topic("t", "{\"n\":1}\n");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    test.run(["metrics", "--listen", &address])
        .code(1)
        .stderr_contains(&format!("could not listen on {address}"))
        .stderr_contains("port 0 takes a free one");
    test.run(["metrics", "--listen", "localhost"]).code(2).stderr_contains("expected a port");
}

#[test]
fn a_put_that_runs_on_serves_what_it_counts() {
    let test = Test::new();
    let args = ["put", "t", "-", "--metrics", "127.0.0.1:0", "--flush-threshold", "10", "--ack"];
    let (mut put, address) = serving(test.command(args));
    let mut pipe = put.child.stdin.take().unwrap();
    pipe.write_all(lines(25, |n| format!("{{\"n\":{n}}}")).as_bytes()).unwrap();
    for n in 0..25 {
        assert_eq!(put.line(), format!("0 {n}"));
    }
    let place = [("bucket", "0"), ("topic", "t")];
    let found = loop {
        let found = scraped(&address);
        if found.value("persisting_records_total", &place) >= 20.0 {
            break found;
        }
    };
    let value = |name| found.value(name, &place);
    assert_eq!(value("lanceq_put_records_total"), 25.0);
    assert!((1.0..=25.0).contains(&value("lanceq_puts_total")));
    assert!(value("lanceq_put_bytes_total") > 25.0 * 8.0);
    assert_eq!(value("persisting_records_total") + value("persisting_buffer_size"), 25.0);
    assert!(value("persisting_flush_duration_seconds_count") >= 1.0);
    assert!(value("persisting_flush_duration_seconds_sum") > 0.0);
    assert_eq!(value("lanceq_flush_failures_total"), 0.0);
    assert!(value("lanceq_head_version") >= 2.0);
    drop(pipe);
    assert_eq!(put.end().0, Some(0));
}

#[test]
fn a_flush_that_fails_is_counted() {
    let test = Test::new();
    let mut command = test.command(["put", "t", "-", "--metrics", "0", "--flush-threshold", "1"]);
    command.env("LANCEQ_FAIL", "flush.commit:1");
    let (mut put, address) = serving(command);
    let mut pipe = put.child.stdin.take().unwrap();
    pipe.write_all(b"{\"n\":1}\n").unwrap();
    let place = [("bucket", "0"), ("topic", "t")];
    let failures = |found: &Exposition| {
        let any = found.samples.contains_key("lanceq_flush_failures_total");
        if any { found.value("lanceq_flush_failures_total", &place) } else { 0.0 }
    };
    while failures(&scraped(&address)) < 1.0 {}
    drop(pipe);
    assert_eq!(put.end().0, Some(0), "the flush at the end takes the record");
    assert_eq!(test.records("t").len(), 1);
}
