//! Members that share the buckets of a group.

use std::collections::BTreeSet;

use lanceq::{ErrorKind, Reader};

use super::taken;
use crate::setup::{Setup, put_all};

const RECORDS: u64 = 200;

async fn topic() -> (Setup, Reader) {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").num_buckets(5).open().await.unwrap();
    put_all(&writer, 0..RECORDS / 2).await;
    writer.flush().await.unwrap();
    put_all(&writer, RECORDS / 2..RECORDS).await;
    let reader = setup.engine.reader("t").await.unwrap();
    (setup, reader)
}

#[tokio::test]
async fn members_by_rank_read_each_record_once_and_commit_beside_each_other() {
    let (setup, reader) = topic().await;
    let mut all = Vec::new();
    let mut members = Vec::new();
    for rank in 0..3 {
        let mut member = reader.group("g").rank(rank, 3).open().await.unwrap();
        all.extend(taken(&mut member, 1000).await);
        members.push(member);
    }
    assert_eq!(
        members.iter().map(|m| m.buckets().to_vec()).collect::<Vec<_>>(),
        [vec![0, 3], vec![1, 4], vec![2]]
    );
    for member in &mut members {
        member.commit().await.unwrap();
    }
    assert_eq!(all.len(), all.iter().collect::<BTreeSet<_>>().len(), "none twice");
    assert_eq!(all.len() as u64, RECORDS, "and none is missing");
    let other = setup.other().await.reader("t").await.unwrap();
    assert_eq!(other.groups().await.unwrap()[0].buckets.len(), 5);
    // Another world goes on where the former one stood.
    let mut alone = other.group("g").open().await.unwrap();
    assert_eq!(taken(&mut alone, 10).await, Vec::<u64>::new());
}

#[tokio::test]
async fn a_member_reads_the_buckets_that_it_is_given_and_moves_in_these_only() {
    let (_setup, reader) = topic().await;
    let mut member = reader.group("g").buckets(&[4, 1]).open().await.unwrap();
    assert_eq!(member.buckets(), [1, 4]);
    let page = member.get(1000).await.unwrap();
    assert!(page.chunks.iter().all(|chunk| [1, 4].contains(&chunk.bucket)));
    let first = page.records().find(|record| record.bucket == 4).unwrap();
    member.set_offset(4, 0).await.unwrap();
    let page = member.get(1).await.unwrap();
    assert_eq!(page.records().next().unwrap(), first);
    assert_eq!(member.set_offset(0, 0).await.unwrap_err().kind(), ErrorKind::OutOfRange);
    let refused = reader.group("g").buckets(&[9]).open().await.map(|_| ()).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::OutOfRange);
    let refused = reader.group("g").rank(5, 6).open().await.map(|_| ()).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Invalid, "{refused}");
}

#[tokio::test]
async fn pages_of_any_size_hand_out_each_record_once_over_all_buckets() {
    let (setup, reader) = topic().await;
    for limit in [1, 3, 64, 150, 1000] {
        let name = format!("by-{limit}");
        let mut group = reader.group(&name).open().await.unwrap();
        let mut all = Vec::new();
        loop {
            let page = taken(&mut group, limit).await;
            assert!(page.len() <= limit);
            if page.is_empty() {
                break;
            }
            assert!(
                page.len() == limit || all.len() + page.len() == 200,
                "a short page is the last"
            );
            all.extend(page);
            if all.len() % 7 == 0 {
                group.commit().await.unwrap();
                let other = setup.other().await.reader("t").await.unwrap();
                group = other.group(&name).open().await.unwrap();
            }
        }
        all.sort_unstable();
        assert_eq!(all, (0..RECORDS).collect::<Vec<_>>(), "by {limit}");
    }
}
