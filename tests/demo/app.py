"""An ordinary LangChain application. It knows nothing of Chainwarden: its environment has a proxy, a CA and a key.

Usage: python app.py chat PROMPT | agent PROMPT | forget FILE-ID
"""

import os
import sys

import openai
from langchain.agents import create_agent
from langchain_core.messages import HumanMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI

MODEL = "gpt-4o-mini"


@tool
def shell(command: str) -> str:
    """Run a shell command and return what it printed."""
    return f"done: {command}"


def chat(prompt: str) -> None:
    """Print the answer as it streams."""
    for chunk in ChatOpenAI(model=MODEL).stream(prompt):
        sys.stdout.write(str(chunk.text))
        sys.stdout.flush()
    sys.stdout.write("\n")


def agent(prompt: str) -> None:
    """Let a LangGraph agent with a shell tool do what the prompt says."""
    graph = create_agent(ChatOpenAI(model=MODEL, timeout=120), [shell])
    result = graph.invoke({"messages": [HumanMessage(prompt)]})
    sys.stdout.write(f"{result['messages'][-1].text}\n")


def forget(file_id: str) -> None:
    """Delete an uploaded file."""
    openai.OpenAI().files.delete(file_id)


def main() -> None:
    """Run one command; an error of the API is one line."""
    commands = {"chat": chat, "agent": agent, "forget": forget}
    try:
        commands[sys.argv[1]](sys.argv[2])
    except openai.APIError as error:
        sys.stdout.write(f"{type(error).__name__}: {error}\n")
        sys.stdout.flush()
        os._exit(1)


if __name__ == "__main__":
    main()
