using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Wsmq.Cli.Load;

/// <summary>A message of a load: its sender, its number, and when it was sent, by the clock of this process.</summary>
internal readonly record struct LoadMessage(int Sender, long Number, long SentAt)
{
    public const string Type = "wsmq-bench";

    private const string RunHeader = "run";

    public static WsmqOutgoingMessage Write(LoadSettings settings, WsmqAddress to, int sender, long number, long sentAt)
    {
        var head = string.Create(CultureInfo.InvariantCulture, $$"""{"s":{{sender}},"n":{{number}},"t":{{sentAt}},"pad":" """).TrimEnd();
        var body = head + new string('x', Math.Max(0, settings.Size - head.Length - 2)) + "\"}";
        return new WsmqOutgoingMessage
        {
            To = to.ToString(),
            Type = Type,
            Body = WsmqJsonBody.Parse(Encoding.UTF8.GetBytes(body)),
            Headers = new Dictionary<string, string> { [RunHeader] = settings.Run },
        };
    }

    /// <summary>Null for a message of somebody else.</summary>
    public static LoadMessage? Read(LoadSettings settings, WsmqDelivery delivery)
    {
        if (delivery.Type != Type || delivery.Headers?.GetValueOrDefault(RunHeader) != settings.Run || delivery.Body is not { } body)
            return null;
        using var json = JsonDocument.Parse(body.Utf8);
        var root = json.RootElement;
        return new LoadMessage(root.GetProperty("s").GetInt32(), root.GetProperty("n").GetInt64(), root.GetProperty("t").GetInt64());
    }
}
