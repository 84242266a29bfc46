//! From the command line to the command.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::args::{Args, Command, PutArgs};
use super::failure::{Failure, Result};
use super::open::OpenArgs;
use super::screen::Pool;
use super::{
    adopt, bench, branches, cleanup, compact, completions, create, delete, demo, diff, export,
    flush, get, groups, index, keys, ls, man, metrics, open, options, put, rename, repair, restore,
    retain, schema, screen, search, sql, stats, storage, tag, tail, trash, verify, versions,
};
use crate::tui::DEFAULT_ROOT;
use crate::{Engine, Metrics};

const ROOT_VARIABLE: &str = "LANCEQ_ROOT";

/// Runs the command that the arguments name.
pub(crate) async fn dispatch(args: Args) -> Result {
    let Args { explore, root, follow_links, command } = args;
    let screens = screen::pool()?;
    let explored = async |root, args: &OpenArgs| {
        let setup = open::Setup::read(args)?;
        let engine = opened(root, follow_links, &screens, (setup.poll(), None)).await?;
        open::run(&engine, setup).await
    };
    let opened = async |root| opened(root, follow_links, &screens, (None, None)).await;
    let Some(command) = command else {
        return explored(explore.or(root), &OpenArgs::default()).await;
    };
    if let Some(word) = explore {
        let word = word.display();
        return Err(Failure::wrong_use(format!("there is no command `{word}`"))
            .hint("`lanceq --help` lists the commands; name a folder with `--root PATH`"));
    }
    match command {
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
        Command::Keys(args) => keys::run(args),
        // Its writers never write where somebody keeps records, unless told to.
        Command::Demo(args) => demo::run(&args, root).await,
        Command::Bench(args) => bench::run(&args, named(root)).await,
        Command::Open(args) => explored(args.explore.clone().or(root), &args).await,
        Command::Put(args) => put_counted(root, follow_links, (&args, &screens)).await,
        Command::Flush(args) => flush::run(&opened(root).await?, &args).await,
        Command::Verify(args) => verify::run(&opened(root).await?, &args).await,
        Command::Cleanup(args) => cleanup::run(&opened(root).await?, &args).await,
        Command::Retain(args) => retain::run(&opened(root).await?, &args).await,
        Command::Compact(args) => compact::run(&opened(root).await?, &args).await,
        Command::Index(args) => index::run(&opened(root).await?, &args).await,
        Command::Repair(args) => repair::run(&opened(root).await?, &args).await,
        Command::Get(args) => get::run(&opened(root).await?, &args).await,
        Command::Tail(args) => tail::run(&opened(root).await?, args).await,
        Command::Groups(args) => groups::run(&opened(root).await?, &args).await,
        Command::Search(args) => search::run(&opened(root).await?, &args).await,
        Command::Sql(args) => sql::run(&opened(root).await?, &args).await,
        Command::Metrics(args) => metrics::run(&opened(root).await?, &args).await,
        Command::Export(args) => export::run(&opened(root).await?, &args).await,
        Command::Diff(args) => diff::run(&opened(root).await?, &args).await,
        Command::Tag(args) => tag::run(&opened(root).await?, &args).await,
        Command::Restore(args) => restore::run(&opened(root).await?, &args).await,
        Command::Adopt(args) => adopt::run(&opened(root).await?, &args).await,
        Command::Create(args) => create::run(&opened(root).await?, &args, &screens).await,
        Command::Options(args) => options::run(&opened(root).await?, &args).await,
        Command::Rename(args) => rename::run(&opened(root).await?, &args).await,
        Command::Delete(args) => delete::run(&opened(root).await?, &args).await,
        Command::Trash(args) => trash::run(&opened(root).await?, &args).await,
        Command::Ls(args) => ls::run(&opened(root).await?, args).await,
        Command::Stats(args) => stats::run(&opened(root).await?, &args).await,
        Command::Storage(args) => storage::run(&opened(root).await?, &args).await,
        Command::Schema(args) => schema::run(&opened(root).await?, &args).await,
        Command::Versions(args) => versions::run(&opened(root).await?, &args).await,
        Command::Branches(args) => branches::run(&opened(root).await?, &args).await,
        // It runs without this runtime; see `run`.
        Command::Screen => Ok(()),
    }
}

/// Puts, and serves what that counts meanwhile where it is asked for.
async fn put_counted(
    root: Option<PathBuf>,
    follow_links: bool,
    (args, screens): (&PutArgs, &Pool),
) -> Result {
    let metrics = args.metrics.map(|_| Metrics::new());
    let _served = match args.metrics.zip(metrics.clone()) {
        Some((address, metrics)) => Some(metrics::serve_beside(address, metrics).await?),
        None => None,
    };
    let engine = opened(root, follow_links, screens, (None, metrics)).await?;
    put::run(&engine, args, screens).await
}

async fn opened(
    root: Option<PathBuf>,
    follow_links: bool,
    screens: &Pool,
    (poll, metrics): (Option<Duration>, Option<Metrics>),
) -> Result<Engine> {
    let engine = Engine::builder(self::root(root));
    let engine = engine.follow_links(follow_links).screen(Arc::new(screens.clone()));
    let engine = match poll {
        Some(interval) => engine.poll_interval(interval),
        None => engine,
    };
    let engine = match metrics {
        Some(metrics) => engine.metrics(metrics),
        None => engine,
    };
    Ok(engine.open().await?)
}

/// The root that an option names, or else the environment, or else the one of the current folder.
pub(super) fn root(option: Option<PathBuf>) -> PathBuf {
    named(option).unwrap_or_else(|| DEFAULT_ROOT.into())
}

/// The root that an option names, or else the environment.
fn named(root: Option<PathBuf>) -> Option<PathBuf> {
    let variable = || std::env::var_os(ROOT_VARIABLE).filter(|root| !root.is_empty());
    root.or_else(|| variable().map(PathBuf::from))
}
