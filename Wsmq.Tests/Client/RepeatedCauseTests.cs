using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Client;

/// <summary>What a client logs of an outage does not grow with the number of its attempts.</summary>
public sealed class RepeatedCauseTests
{
    [Fact]
    public void A_refusal_is_logged_once_whatever_time_each_of_its_repetitions_names()
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
