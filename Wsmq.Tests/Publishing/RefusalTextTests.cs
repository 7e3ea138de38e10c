using Wsmq.Server.Publishing;

namespace Wsmq.Tests.Publishing;

/// <summary>A batch in which every message is refused costs one text per reason.</summary>
public sealed class RefusalTextTests
{
    private readonly RefusalTexts _texts = new();

    [Fact]
    public void The_same_reason_reuses_the_same_text()
    {
        var first = _texts.Of(new WsmqException(WsmqErrors.InvalidMessage, "id has 1 to 128 bytes"));
        var second = _texts.Of(new WsmqException(WsmqErrors.InvalidMessage, "id has 1 to 128 bytes"));
        var other = _texts.Of(new WsmqException(WsmqErrors.InvalidMessage, "it is null"));

        second.Text.Should().BeSameAs(first.Text);
        other.Text.Should().Contain("it is null");
    }

    [Fact]
    public void The_first_retry_time_of_a_limit_is_used_for_all_refusals_in_text_and_field()
    {
        var first = _texts.Of(new WsmqException(WsmqErrors.RateLimited, TimeSpan.FromMilliseconds(100)));
        var second = _texts.Of(new WsmqException(WsmqErrors.RateLimited, TimeSpan.FromMilliseconds(120)));

        second.Should().Be(first);
        WsmqError.FindRetryAfter(second.Text).Should().Be(second.RetryAfter);
    }

    [Fact]
    public void An_unbounded_number_of_details_falls_back_to_the_text_of_the_code()
    {
        var texts = Enumerable.Range(0, 1_000).Select(i => _texts.Of(new WsmqException(WsmqErrors.InvalidBody, $"at byte {i}")).Text).ToList();

        texts.Distinct(ReferenceEqualityComparer.Instance).Should().HaveCountLessThan(40);
        WsmqError.Find(texts[^1])!.Code.Should().Be("invalid-body");
    }
}
