using System.Globalization;

namespace Wsmq.Faults.Nodes;

/// <summary>The settings of a node, as its command line.</summary>
internal sealed record NodeSettings(string? Redis, string? Sqlite, Timings Timings)
{
    /// <summary>The messages that a group retains: few, so that a stopped reader misses some and must be notified of a gap.</summary>
    public const int GroupMaxCount = 400;

    /// <summary>The number of replicas that a receipt waits for.</summary>
    public int ReceiptReplicas { get; init; }

    /// <summary>
    /// The ports of the proxies by the ports of their servers; null if nodes do not discover the servers' addresses from sentinels.
    /// </summary>
    public IReadOnlyDictionary<int, int>? RedisLines { get; init; }

    /// <summary>To which the worker of the node reports.</summary>
    public Uri? Jobs { get; init; }

    /// <summary>Whether the node declares the recurring job.</summary>
    public bool Ticks { get; init; }

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
        Add(NodeCommand.Lease.Name, Milliseconds(Timings.Lease));
        Add(NodeCommand.Jobs.Name, Jobs?.ToString());
        Add(NodeCommand.Ticks.Name, Ticks ? "true" : null);
        return [.. arguments];

        void Add(string name, string? value)
        {
            if (value is not null)
                arguments.AddRange([name, value]);
        }
    }

    private static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString(CultureInfo.InvariantCulture);
}
