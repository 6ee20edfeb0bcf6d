//! `billing`: see [`billing::cli::usage`].

use std::process::ExitCode;

use billing::cli;

#[tokio::main]
async fn main() -> ExitCode {
    let command = match cli::parse(std::env::args().skip(1)) {
        Ok(command) => command,
        Err(problem) => {
            eprint!("billing: {problem}\n\n{}", cli::usage());
            return ExitCode::from(2);
        }
    };
    match Box::pin(cli::run(command)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("billing: {error}");
            ExitCode::from(cli::exit_code(&*error))
        }
    }
}
