async def test_hello_produces_response(headless_app):
    answer = await headless_app.send("Hello")
    assert answer.text == "Hello! How can I help?"


async def test_thanks_produces_acknowledgment(headless_app):
    answer = await headless_app.send("thanks")
    assert "welcome" in answer.text


async def test_question_goes_to_reasoning(headless_app):
    answer = await headless_app.send("explain why the sky is blue")
    assert answer.tier == "reasoning"


async def test_file_is_written_by_a_tool(headless_app, tmp_project_dir):
    await headless_app.send("create a file is_even.py")
    assert (tmp_project_dir / "is_even.py").exists()
