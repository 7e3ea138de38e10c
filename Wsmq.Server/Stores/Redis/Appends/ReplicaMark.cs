using StackExchange.Redis;

namespace Wsmq.Server.Stores.Redis.Appends;

/// <summary>What a script leaves so that <c>confirm.lua</c> finds whether a server has executed it: a key and a number.</summary>
internal readonly record struct ReplicaMark
{
    public ReplicaMark(RedisKey key, long number) => (Keys, Number) = ([key], number);

    private ReplicaMark(RedisKey[] keys) => (Keys, Number) = (keys, 0);

    /// <summary>The script leaves nothing: nobody waits for replicas.</summary>
    public static ReplicaMark None { get; } = new([]);

    /// <summary>The key, or none.</summary>
    public RedisKey[] Keys { get; }

    public long Number { get; }

    /// <summary>The arguments of the script.</summary>
    public RedisValue[] Values => [Number, AppendFence.Kept.WholeMilliseconds()];
}
