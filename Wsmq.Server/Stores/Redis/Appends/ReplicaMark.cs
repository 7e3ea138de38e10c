using StackExchange.Redis;

namespace Wsmq.Server.Stores.Redis.Appends;

/// <summary>What a script leaves so that <c>confirm.lua</c> finds whether a server has executed it: a key and a number.</summary>
internal readonly record struct ReplicaMark
{
    public ReplicaMark(RedisKey key, long number)
        : this([key], number, AppendFence.Kept)
    {
    }

    private ReplicaMark(RedisKey[] keys, long number, TimeSpan kept) => (Keys, Number, Kept) = (keys, number, kept);

    /// <summary>The script leaves nothing: nobody waits for replicas.</summary>
    public static ReplicaMark None { get; } = new([], 0, AppendFence.Kept);

    /// <summary>The key, or none.</summary>
    public RedisKey[] Keys { get; }

    public long Number { get; }

    /// <summary>How long the key is stored.</summary>
    public TimeSpan Kept { get; }

    /// <summary>The arguments of the script.</summary>
    public RedisValue[] Values => [Number, Kept.WholeMilliseconds()];

    /// <summary>A mark of a single call, in a key of its own that is needed only while the call waits for replicas.</summary>
    /// <param name="key">The key.</param>
    /// <param name="kept">How long it is stored.</param>
    public static ReplicaMark Single(RedisKey key, TimeSpan kept) => new([key], 1, kept);
}
