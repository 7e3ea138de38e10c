using System.Globalization;

namespace Wsmq.Faults.Jobs;

/// <summary>The body of a job of the load.</summary>
/// <param name="Number">The number of the message of its sender.</param>
[WsmqMessageType("job")]
internal sealed record JobBody(int Number);

/// <summary>The jobs of the load: some have a key, some a delay, some an id that is unique until the job is done.</summary>
internal static class JobMessages
{
    public const string QueueName = "jobs";
    public const string Queue = $"work:{QueueName}";

    private const int Keys = 6;
    private const int UniqueIds = 5;
    private const int ShortestDelay = 500;
    private const int LongestDelay = 3_000;

    /// <summary>The next job of a sender; the same number makes the same job.</summary>
    public static WsmqOutgoingMessage Next(string id, int number)
    {
        var message = new WsmqOutgoingMessage
        {
            To = Queue, Id = id, Type = WsmqMessageTypeAttribute.NameOf(typeof(JobBody)),
            Body = WsmqJsonBody.Parse(string.Create(CultureInfo.InvariantCulture, $"{{\"number\":{number}}}")),
        };
        return (number % 8) switch
        {
            0 or 1 => message with { Key = $"k{number % Keys}" },
            3 or 4 => message with { Delay = TimeSpan.FromMilliseconds(ShortestDelay + (number * 37 % (LongestDelay - ShortestDelay))) },
            5 => message with { UniqueId = $"u{number % UniqueIds}" },
            _ => message,
        };
    }
}
