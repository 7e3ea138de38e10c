using Wsmq.Server.Publishing;

namespace Wsmq.Tests.Limits;

/// <summary>A batch of which every message is refused costs one text for each reason.</summary>
public sealed class RefusalTextTests
{
    private readonly RefusalTexts _texts = new();

    [Fact]
    public void The_same_reason_is_the_same_text()
    {
        var first = _texts.Of(new WsmqException(WsmqErrors.InvalidMessage, "id has 1 to 128 bytes"));
        var second = _texts.Of(new WsmqException(WsmqErrors.InvalidMessage, "id has 1 to 128 bytes"));
        var other = _texts.Of(new WsmqException(WsmqErrors.InvalidMessage, "it is null"));

        second.Text.Should().BeSameAs(first.Text);
        other.Text.Should().Contain("it is null");
    }

    [Fact]
    public void Of_a_limit_the_first_time_to_wait_holds_for_all_and_text_and_number_agree()
    {
        var first = _texts.Of(new WsmqException(WsmqErrors.RateLimited, TimeSpan.FromMilliseconds(100)));
        var second = _texts.Of(new WsmqException(WsmqErrors.RateLimited, TimeSpan.FromMilliseconds(120)));

        second.Should().Be(first);
        WsmqError.FindRetryAfter(second.Text).Should().Be(second.RetryAfter);
    }

    [Fact]
    public void Details_without_end_end_in_the_text_of_the_code()
    {
        var texts = Enumerable.Range(0, 1_000).Select(i => _texts.Of(new WsmqException(WsmqErrors.InvalidBody, $"at byte {i}")).Text).ToList();

        texts.Distinct(ReferenceEqualityComparer.Instance).Should().HaveCountLessThan(40);
        WsmqError.Find(texts[^1])!.Code.Should().Be("invalid-body");
    }
}
