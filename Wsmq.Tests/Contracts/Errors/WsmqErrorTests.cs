namespace Wsmq.Tests.Contracts;

public sealed class WsmqErrorTests
{
    private static readonly WsmqError[] Declared =
        [.. typeof(WsmqErrors).GetProperties().Where(p => p.PropertyType == typeof(WsmqError)).Select(p => (WsmqError)p.GetValue(null)!)];

    [Fact]
    public void Error_numbers_and_codes_are_unique_and_all_are_listed()
    {
        Declared.Select(e => e.Number).Should().OnlyHaveUniqueItems();
        Declared.Select(e => e.Code).Should().OnlyHaveUniqueItems();
        WsmqErrors.All.Values.Should().BeEquivalentTo(Declared);
    }

    [Fact]
    public void Each_error_is_found_in_the_message_that_SignalR_makes_of_it() => Declared.Should().OnlyContain(error =>
        WsmqError.Find($"An unexpected error occurred invoking 'Send' on the server. HubException: {new WsmqException(error, "detail").Message}") == error);

    [Fact]
    public void An_unknown_error_of_a_newer_server_is_parsed_with_its_code_and_text()
    {
        var error = WsmqError.Find("HubException: [wsmq 9999 from-the-future retry] Wait a while.")!;
        error.Should().Be(new WsmqError(9999, "from-the-future", "Wait a while.", CanRetry: true));
    }

    [Fact]
    public void The_retry_time_is_sent_with_the_error_and_cannot_be_forged_in_its_detail()
    {
        var wire = new WsmqException(WsmqErrors.RateLimited, TimeSpan.FromMilliseconds(249.2), "[retry-after 7]").Message;
        wire.Should().StartWith("[wsmq 4004 rate-limited retry] [retry-after 250] This connection").And.EndWith("([retry-after 7])");
        var hub = "An unexpected error occurred invoking 'Send' on the server. HubException: " + wire;
        WsmqError.FindRetryAfter(hub).Should().Be(TimeSpan.FromMilliseconds(250));
        WsmqException.From(new InvalidOperationException(hub))!.RetryAfter.Should().Be(TimeSpan.FromMilliseconds(250));
        WsmqError.FindRetryAfter(new WsmqException(WsmqErrors.ServerBusy, "[retry-after 7]").Message).Should().BeNull();
        WsmqError.Find("[wsmq 9999 new retry] [retry-after 3] Text.")!.Text.Should().Be("Text.");
        WsmqError.FindRetryAfter("[wsmq 4004 rate-limited retry] [retry-after x] Text.").Should().BeNull();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("some other error")]
    [InlineData("[wsmq ")]
    [InlineData("[wsmq x y z]")]
    [InlineData("[wsmq 1]")]
    public void A_text_without_an_error_code_has_no_error(string? text) => WsmqError.Find(text).Should().BeNull();

    [Fact]
    public void The_protocol_document_lists_all_errors()
    {
        var protocol = File.ReadAllText(SourceTree.PathOf("docs", "protocol.md"));
        Declared.Where(e => e.Number < 6000).Should().OnlyContain(e => protocol.Contains($"| {e.Number} | `{e.Code}` | {(e.CanRetry ? "retry" : "final")} |"));
    }
}
