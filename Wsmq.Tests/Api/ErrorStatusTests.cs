using Wsmq.Server.Api;

namespace Wsmq.Tests.Api;

public sealed class ErrorStatusTests
{
    [Fact]
    public void Every_error_has_a_status() => ErrorStatus.Numbers.Should().BeEquivalentTo(WsmqErrors.All.Keys);

    [Fact]
    public void Only_an_error_that_can_be_retried_has_a_status_after_which_libraries_retry() =>
        WsmqErrors.All.Values.Where(e => e.Number < 6000).Should().OnlyContain(e => (ErrorStatus.Of(e) == 429 || ErrorStatus.Of(e) == 503) == e.CanRetry);

    [Fact]
    public void An_error_of_the_app_gets_a_status_by_whether_it_can_be_retried()
    {
        ErrorStatus.Of(new WsmqError(9999, "later", "Later.", CanRetry: true)).Should().Be(503);
        ErrorStatus.Of(new WsmqError(9998, "never", "Never.", CanRetry: false)).Should().Be(400);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("max is wrong", "max is wrong")]
    [InlineData("a detail (with parentheses)", "a detail (with parentheses)")]
    public void The_detail_of_an_error_is_read_from_its_text(string? detail, string? read) =>
        Problem.DetailOf(WsmqErrors.InvalidMessage, new WsmqException(WsmqErrors.InvalidMessage, detail).Message).Should().Be(read);
}
