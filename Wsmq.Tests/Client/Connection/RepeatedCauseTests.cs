using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Client;

/// <summary>What a client logs about an outage does not grow with the number of its connection attempts.</summary>
public sealed class RepeatedCauseTests
{
    [Fact]
    public void A_repeated_refusal_is_logged_once_even_if_each_states_a_different_retry_time()
    {
        using var logs = new RecordedLogs();
        var log = new OutageLog(logs, new FakeTimeProvider());

        for (var attempt = 1; attempt <= 10; attempt++)
        {
            var refusal = new WsmqException(WsmqErrors.TooManyConnections, TimeSpan.FromMilliseconds(1_000 + attempt));
            log.Failed(ConnectFailure.Of(refusal, new Uri("https://shop.example/wsmq"), sendsToken: true), TimeSpan.FromSeconds(1));
            log.Lost(new IOException(refusal.Message));
        }

        logs.Of(LogLevel.Warning).Should().HaveCountLessThanOrEqualTo(2);
    }
}
