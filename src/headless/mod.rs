//! `pelure headless`: the program without its window, JSON-RPC 2.0 over standard input and output.
//!
//! It turns lines into the engine's commands and the engine's events into lines. It opens no socket and holds no state
//! of its own.

mod calls;
mod lines;
mod methods;
mod parameters;
mod rpc;
mod shape;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use serde_json::{Value, json};
use tokio::io::{AsyncBufRead, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;

use crate::engine::{Engine, Events};
use lines::Line;
use rpc::{Call, Fault};

/// Serves until `shutdown` or the end of the input. The engine is stopped when this returns.
pub async fn serve(
    engine: Engine,
    events: Events,
    input: impl AsyncBufRead + Unpin + Send + 'static,
    output: impl AsyncWrite + Unpin + Send + 'static,
) -> Result<(), std::io::Error> {
    let (lines_out, lines_rx) = mpsc::channel(OUTPUT_LINES);
    let writer = tokio::spawn(write(lines_rx, output));
    let teller = tokio::spawn(tell(engine.clone(), events, lines_out.clone()));
    let (lines_in, calls) = mpsc::channel(INPUT_LINES);
    let reader = tokio::spawn(read(input, lines_in));

    let farewell = answer_calls(&engine, calls, &lines_out).await;
    reader.abort();
    engine.shutdown().await;
    // The teller ends when the engine has told its last event.
    teller.await.ok();
    if let Some(id) = farewell {
        lines_out.send(rpc::answer(&id, Ok(json!({})))).await.ok();
    }
    drop(lines_out);
    writer.await.unwrap_or(Ok(()))
}

/// Answers until the input ends or `shutdown` is called; returns the id to answer the latter under.
///
/// A call sees what the lines before it did. Only messages that follow each other share the wait for the disk: they are
/// put in line one after the other, and answered as they become durable.
async fn answer_calls(
    engine: &Engine,
    mut calls: mpsc::Receiver<Line>,
    output: &mpsc::Sender<String>,
) -> Option<Value> {
    let mut messages = FuturesUnordered::new();
    loop {
        let line = tokio::select! {
            biased;
            Some(answer) = messages.next() => {
                send(output, answer).await;
                continue;
            }
            line = calls.recv(), if messages.len() < MESSAGES_AT_ONCE => line,
        };
        let call = line.map(parse);
        if let Some(Ok(call)) = &call
            && call.method == "message.send"
        {
            let (id, submitted) = (call.id.clone(), methods::send(engine, call.params.clone()).await);
            messages.push(async move {
                let outcome = match submitted {
                    Ok(message) => methods::sent(message).await,
                    Err(fault) => Err(fault),
                };
                id.map(|id| rpc::answer(&id, outcome))
            });
            continue;
        }
        while let Some(answer) = messages.next().await {
            send(output, answer).await;
        }
        match call? {
            Ok(call) if call.method == "shutdown" => return call.id,
            Ok(call) => {
                let id = call.id.clone();
                let outcome = methods::call(engine, call).await;
                send(output, id.map(|id| rpc::answer(&id, outcome))).await;
            }
            Err((id, fault)) => send(output, Some(rpc::answer(&id, Err(fault)))).await,
        }
    }
}

fn parse(line: Line) -> Result<Call, (Value, Fault)> {
    match line {
        Line::Text(text) => rpc::parse(&text),
        Line::Unreadable => Err((Value::Null, Fault::too_long())),
    }
}

async fn send(output: &mpsc::Sender<String>, line: Option<String>) {
    if let Some(line) = line {
        // A writer that has gone has its error told by `serve`.
        output.send(line).await.ok();
    }
}

async fn read(mut input: impl AsyncBufRead + Unpin, calls: mpsc::Sender<Line>) {
    // Input that can no longer be read has ended.
    while let Ok(Some(line)) = lines::next(&mut input, LINE_BYTES).await {
        if line == Line::Text(String::new()) {
            continue;
        }
        if calls.send(line).await.is_err() {
            return;
        }
    }
}

async fn tell(engine: Engine, events: Events, output: mpsc::Sender<String>) {
    while let Some(event) = events.next().await {
        let (method, params) = shape::event(&event, &engine.tor());
        if output.send(rpc::notification(method, params)).await.is_err() {
            return;
        }
    }
}

async fn write(mut lines: mpsc::Receiver<String>, mut output: impl AsyncWrite + Unpin) -> Result<(), std::io::Error> {
    while let Some(line) = lines.recv().await {
        output.write_all(line.as_bytes()).await?;
        if lines.is_empty() {
            output.flush().await?;
        }
    }
    output.flush().await
}

/// Lines read ahead.
const INPUT_LINES: usize = 16;

/// The longest line that is read.
const LINE_BYTES: usize = 1024 * 1024;

/// Messages that wait for the disk together; further lines wait unread.
const MESSAGES_AT_ONCE: usize = 256;

/// Lines that wait for a slow reader before events begin to be coalesced.
const OUTPUT_LINES: usize = 64;
