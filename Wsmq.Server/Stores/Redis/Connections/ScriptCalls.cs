using System.Collections.Concurrent;
using StackExchange.Redis;

namespace Wsmq.Server.Stores.Redis.Connections;

/// <summary>
/// Runs scripts by their hash. The driver would find it by the text, which it hashes for each call: more work than everything else that it
/// does for a small one. The text is sent where a server may lack the script: then the driver loads it.
/// </summary>
/// <remarks>
/// The first call for each slot of a Cluster, and the first one after a connection was lost or replaced, sends the text, because another
/// server may answer: its place among the calls is then kept. After a <c>SCRIPT FLUSH</c>, or when a slot has moved, a call can be sent
/// again after others; scripts that must keep their order check it.
/// </remarks>
internal sealed class ScriptCalls
{
    private Slots _slots = new();

    /// <summary>Another server may answer from now on. Calls in flight prove nothing about it.</summary>
    public void Forget() => Volatile.Write(ref _slots, new Slots());

    /// <summary>Starts to send before it returns its task.</summary>
    /// <param name="database">The connection.</param>
    /// <param name="script">One of the fields of <see cref="RedisScript"/>.</param>
    /// <param name="keys">The keys, all of one slot.</param>
    /// <param name="values">The values.</param>
    /// <param name="flags">The flags of the call.</param>
    public async Task<RedisResult> RunAsync(IDatabase database, string script, RedisKey[] keys, RedisValue[] values, CommandFlags flags)
    {
        var slots = Volatile.Read(ref _slots);
        var slot = keys.Length == 0 ? -1 : database.Multiplexer.GetHashSlot(keys[0]);
        if (slots.Of(slot).TryGetValue(script, out var hash))
        {
            try
            {
                return await database.ScriptEvaluateAsync(hash, keys, values, flags);
            }
            catch (RedisServerException e) when (e.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
            {
                // Once for all calls in flight.
                Interlocked.CompareExchange(ref _slots, new Slots(), slots);
                slots = Volatile.Read(ref _slots);
            }
        }

        hash ??= RedisScript.HashOf(script);
        var result = await database.ScriptEvaluateAsync(script, keys, values, flags);
        slots.Of(slot)[script] = hash;
        return result;
    }

    /// <summary>The hashes of the scripts that the server of each slot has. Outside of a Cluster there is one slot.</summary>
    private sealed class Slots
    {
        private readonly ConcurrentDictionary<int, ConcurrentDictionary<object, byte[]>> _slots = new();

        // By reference: each script is one object.
        public ConcurrentDictionary<object, byte[]> Of(int slot) =>
            _slots.GetOrAdd(slot, static _ => new ConcurrentDictionary<object, byte[]>(ReferenceEqualityComparer.Instance));
    }
}
