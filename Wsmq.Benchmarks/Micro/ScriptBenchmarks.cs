using BenchmarkDotNet.Attributes;
using StackExchange.Redis;
using Wsmq.Benchmarks.Nodes;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Testing;

namespace Wsmq.Benchmarks.Micro;

/// <summary>
/// What the driver does for a call of a script by its text, and by its hash. The script is as long as that for appends, and does nothing.
/// </summary>
[MemoryDiagnoser]
public class ScriptBenchmarks
{
    // Calls that share a round trip, so that it does not hide the rest.
    private const int Together = 64;

    private readonly RedisKey[] _keys = ["a", "b", "c"];
    private readonly RedisValue[] _values = [1, "two", 3];
    private readonly Task[] _calls = new Task[Together];
    private RedisServer _redis = null!;
    private ConnectionMultiplexer _connection = null!;
    private IDatabase _database = null!;
    private string _text = "";
    private byte[] _hash = [];

    /// <summary>Starts a Redis and loads the script.</summary>
    [GlobalSetup]
    public async Task StartAsync()
    {
        _redis = await RedisDeployment.StartServerAsync();
        _connection = await ConnectionMultiplexer.ConnectAsync(_redis.EndPoint);
        _database = _connection.GetDatabase();
        const string code = "return 1\n--";
        _text = code + new string('x', RedisScript.Append.Length - code.Length);
        _hash = await _connection.GetServers()[0].ScriptLoadAsync(_text);
        await _database.ScriptEvaluateAsync(_text, _keys, _values);
    }

    /// <summary>Stops Redis.</summary>
    [GlobalCleanup]
    public async Task StopAsync()
    {
        await _connection.DisposeAsync();
        await _redis.DisposeAsync();
    }

    /// <summary>The driver finds the hash by the text.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Together)]
    public Task Text()
    {
        for (var i = 0; i < Together; i++)
            _calls[i] = _database.ScriptEvaluateAsync(_text, _keys, _values);
        return Task.WhenAll(_calls);
    }

    /// <summary>The caller knows the hash.</summary>
    [Benchmark(OperationsPerInvoke = Together)]
    public Task Hash()
    {
        for (var i = 0; i < Together; i++)
            _calls[i] = _database.ScriptEvaluateAsync(_hash, _keys, _values);
        return Task.WhenAll(_calls);
    }
}
