using System.Collections.Concurrent;
using StackExchange.Redis;

namespace Wsmq.Server.Stores.Redis.Connections;

/// <summary>
/// Runs scripts by their hash. The driver would find it by the text, which it hashes for each call: more work than everything else that it
/// does for a small one. The text is sent where a server may lack the script: then the driver loads it.
/// </summary>
/// <remarks>
/// The first call after a connection was lost or replaced sends the text, because another server may answer: its place among the calls is
/// then kept. After a <c>SCRIPT FLUSH</c>, or on another shard, a call can be sent again after others; scripts that must keep their order
/// check it.
/// </remarks>
internal sealed class ScriptCalls
{
    // By reference: each script is one object.
    private readonly ConcurrentDictionary<object, byte[]> _known = new(ReferenceEqualityComparer.Instance);

    /// <summary>Another server may answer from now on.</summary>
    public void Forget() => _known.Clear();

    /// <summary>Starts to send before it returns its task.</summary>
    public async Task<RedisResult> RunAsync(IDatabase database, string script, RedisKey[] keys, RedisValue[] values, CommandFlags flags)
    {
        if (_known.TryGetValue(script, out var hash))
        {
            try
            {
                return await database.ScriptEvaluateAsync(hash, keys, values, flags);
            }
            catch (RedisServerException e) when (e.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
            {
                Forget();
            }
        }

        var result = await database.ScriptEvaluateAsync(script, keys, values, flags);
        _known[script] = RedisScript.HashOf(script);
        return result;
    }
}
