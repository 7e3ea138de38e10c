using System.Globalization;

namespace Wsmq.Faults.Nodes;

/// <summary>What a node is started with, as its command line.</summary>
internal sealed record NodeSettings(string? Redis, string? Sqlite, Timings Timings)
{
    /// <summary>Groups keep so few messages, so that a reader that stops falls behind what is kept and has to be told.</summary>
    public const int GroupMaxCount = 400;

    /// <summary>How many replicas a receipt waits for.</summary>
    public int ReceiptReplicas { get; init; }

    /// <summary>Ports of lines by those of the servers that they lead to, where nodes hear the addresses of servers from somebody else.</summary>
    public IReadOnlyDictionary<int, int>? RedisLines { get; init; }

    public string[] ToArguments()
    {
        List<string> arguments = [];
        Add(NodeCommand.Redis.Name, Redis);
        Add(NodeCommand.Sqlite.Name, Sqlite);
        Add(NodeCommand.RedisLines.Name, RedisLines is null ? null : LineTunnel.Format(RedisLines));
        Add(NodeCommand.ReceiptReplicas.Name, ReceiptReplicas.ToString(CultureInfo.InvariantCulture));
        Add(NodeCommand.CommandTimeout.Name, Milliseconds(Timings.CommandTimeout));
        Add(NodeCommand.TailCheck.Name, Milliseconds(Timings.TailCheck));
        Add(NodeCommand.ConnectionTimeout.Name, Milliseconds(Timings.ConnectionTimeout));
        return [.. arguments];

        void Add(string name, string? value)
        {
            if (value is not null)
                arguments.AddRange([name, value]);
        }
    }

    private static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString(CultureInfo.InvariantCulture);
}
