//! What a scraper asks for, read from the bytes of its request, and the bytes that answer it. Pure.

use httparse::{EMPTY_HEADER, Request};

use crate::MetricsFormat;

/// Bytes of a request at most.
pub(super) const LONGEST: usize = 8 << 10;
/// Headers of a request at most.
const HEADERS: usize = 64;
const PATH: &str = "/metrics";

/// A request that can be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ask {
    pub(super) format: MetricsFormat,
    /// Whether only the headers are wanted.
    pub(super) is_head: bool,
}

/// Why a request gets no metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    Malformed,
    NotFound,
    NotAllowed,
    TooSlow,
    TooLong,
    Failed,
}

impl Refusal {
    fn status(self) -> &'static str {
        match self {
            Self::Malformed => "400 Bad Request",
            Self::NotFound => "404 Not Found",
            Self::NotAllowed => "405 Method Not Allowed",
            Self::TooSlow => "408 Request Timeout",
            Self::TooLong => "431 Request Header Fields Too Large",
            Self::Failed => "500 Internal Server Error",
        }
    }
}

/// Reads a request; `None` where it has not come whole yet.
pub(super) fn parse(bytes: &[u8]) -> Option<Result<Ask, Refusal>> {
    let mut headers = [EMPTY_HEADER; HEADERS];
    let mut request = Request::new(&mut headers);
    match request.parse(bytes) {
        Ok(httparse::Status::Complete(_)) => Some(judge(&request)),
        Ok(httparse::Status::Partial) if bytes.len() < LONGEST => None,
        Ok(httparse::Status::Partial) | Err(httparse::Error::TooManyHeaders) => {
            Some(Err(Refusal::TooLong))
        }
        Err(_) => Some(Err(Refusal::Malformed)),
    }
}

fn judge(request: &Request<'_, '_>) -> Result<Ask, Refusal> {
    let path = request.path.and_then(|path| path.split('?').next());
    if path != Some(PATH) {
        return Err(Refusal::NotFound);
    }
    let is_head = match request.method {
        Some("GET") => false,
        Some("HEAD") => true,
        _ => return Err(Refusal::NotAllowed),
    };
    let accepts = |header: &httparse::Header<'_>| {
        let kinds = String::from_utf8_lossy(header.value).to_ascii_lowercase();
        header.name.eq_ignore_ascii_case("accept") && kinds.contains("application/openmetrics-text")
    };
    let is_open = request.headers.iter().any(accepts);
    let format = if is_open { MetricsFormat::OpenMetrics } else { MetricsFormat::Plain };
    Ok(Ask { format, is_head })
}

/// The answer with metrics.
pub(super) fn answer(ask: Ask, text: &str) -> Vec<u8> {
    whole("200 OK", ask.format.content_type(), text, ask.is_head)
}

/// The answer without.
pub(super) fn refusal(refusal: Refusal) -> Vec<u8> {
    let status = refusal.status();
    let body = format!("{status}; metrics are at {PATH}\n");
    let kind = match refusal {
        Refusal::NotAllowed => "text/plain; charset=utf-8\r\nAllow: GET, HEAD",
        _ => "text/plain; charset=utf-8",
    };
    whole(status, kind, &body, false)
}

/// A response, whose body is left out where only the headers are wanted.
fn whole(status: &str, kind: &str, body: &str, is_head: bool) -> Vec<u8> {
    let length = body.len();
    let mut response = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    if !is_head {
        response.push_str(body);
    }
    response.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(request: &str) -> Option<Result<Ask, Refusal>> {
        parse(request.as_bytes())
    }

    #[test]
    fn each_request_gets_the_status_that_it_should() {
        for (line, expected) in [
            ("GET /metrics HTTP/1.1", Ok(false)),
            ("GET /metrics?collect[]=x HTTP/1.0", Ok(false)),
            ("HEAD /metrics HTTP/1.1", Ok(true)),
            ("POST /metrics HTTP/1.1", Err(Refusal::NotAllowed)),
            ("GET / HTTP/1.1", Err(Refusal::NotFound)),
            ("POST /metricsx HTTP/1.1", Err(Refusal::NotFound)),
            ("GET /metrics HTTP/9.9", Err(Refusal::Malformed)),
            ("nonsense", Err(Refusal::Malformed)),
        ] {
            let found = asked(&format!("{line}\r\nHost: x\r\n\r\n")).unwrap();
            assert_eq!(found.map(|ask| ask.is_head), expected, "{line}");
        }
    }

    #[test]
    fn open_metrics_go_to_who_asks_for_them() {
        let accepts = |kinds: &str| format!("GET /metrics HTTP/1.1\r\nACCEPT: {kinds}\r\n\r\n");
        let format = |kinds| asked(&accepts(kinds)).unwrap().unwrap().format;
        let prometheus = "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
        assert_eq!(format(prometheus), MetricsFormat::OpenMetrics);
        assert_eq!(format("text/plain"), MetricsFormat::Plain);
    }

    #[test]
    fn no_prefix_of_a_request_is_one_and_none_grows_without_end() {
        let whole = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
        for end in 0..whole.len() {
            assert_eq!(asked(&whole[..end]), None, "{end}");
        }
        let long = format!("GET /metrics HTTP/1.1\r\nX: {}", "x".repeat(LONGEST));
        assert_eq!(asked(&long), Some(Err(Refusal::TooLong)));
        let many = format!("GET /metrics HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(HEADERS + 1));
        assert_eq!(asked(&many), Some(Err(Refusal::TooLong)));
    }

    #[test]
    fn a_head_says_how_long_the_body_would_be_and_has_none() {
        let ask = Ask { format: MetricsFormat::Plain, is_head: true };
        let bytes = String::from_utf8(answer(ask, "a 1\n")).unwrap();
        assert!(bytes.contains("Content-Length: 4\r\n") && bytes.ends_with("\r\n\r\n"), "{bytes}");
    }
}
