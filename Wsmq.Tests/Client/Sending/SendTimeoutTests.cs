using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Wsmq.Tests.Client;

/// <summary>One timer serves the timeouts of all sends.</summary>
public sealed class SendTimeoutTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Each_send_fails_at_its_own_time_out()
    {
        var options = new WsmqClientOptions { TimeProvider = _time };
        var sender = new Sender(options, new TimeoutCause(options), NullLogger.Instance, CancellationToken.None);
        var first = Send(sender);
        _time.Advance(TimeSpan.FromSeconds(10));
        var second = Send(sender);
        _time.Advance(TimeSpan.FromSeconds(19.9));
        first.IsCompleted.Should().BeFalse();

        _time.Advance(TimeSpan.FromSeconds(0.2));

        first.IsFaulted.Should().BeTrue();
        second.IsCompleted.Should().BeFalse();
        _time.Advance(TimeSpan.FromSeconds(10));
        second.Exception!.InnerException.Should().BeOfType<WsmqException>().Which.Error.Should().Be(WsmqErrors.ClientClosed);
        var third = Send(sender);
        _time.Advance(TimeSpan.FromSeconds(31));
        third.IsFaulted.Should().BeTrue();
    }

    private static Task<WsmqReceipt> Send(Sender sender) =>
        sender.SendAsync(new PendingSend("user:bob", "{}"u8.ToArray()), CancellationToken.None);
}
