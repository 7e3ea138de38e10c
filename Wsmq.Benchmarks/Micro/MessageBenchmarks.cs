using System.Security.Claims;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Options;
using Wsmq.Server.Declarations;
using Wsmq.Server.Feeds;
using Wsmq.Server.Framing;
using Wsmq.Server.Publishing;
using Wsmq.Server.Stores;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Benchmarks.Micro;

/// <summary>The work of a node for each message between its socket and its store.</summary>
[MemoryDiagnoser]
public class MessageBenchmarks
{
    private static readonly JsonSerializerOptions Wire = new(JsonSerializerDefaults.Web) { TypeInfoResolver = WsmqJson.TypeInfoResolver };
    private readonly byte[] _frame = Samples.Frame();
    private readonly WsmqOutgoingMessage _message = Samples.Message();
    private readonly MessageRules _rules = new(
        Options.Create(new WsmqOptions()), new QueueDeclarations(Options.Create(new WsmqOptions())), TimeProvider.System);
    private readonly WsmqCaller _sender = new("c1-s1", "d", new ClaimsPrincipal());
    private readonly WsmqAddress _address = WsmqAddress.User("c1-u17");
    private readonly byte[] _source = JsonFrames.SourceOf(WsmqAddress.User("c1-u17"));
    private readonly LogEntry _entry = Samples.Entry(2);
    private LogFeed _feed = null!;
    private Signal[] _signals = [];

    /// <summary>A new feed for each iteration, because a feed ignores entries that it has seen.</summary>
    [IterationSetup(Target = nameof(TakeSignals))]
    public void MakeSignals()
    {
        _feed = new LogFeed(_address, new WsmqOptions());
        _signals = [.. Enumerable.Range(1, 1024).Select(p => new Signal(new WsmqPosition(p), new WsmqPosition(p - 1), Samples.Entry(p)))];
    }

    /// <summary>Frame to message.</summary>
    [Benchmark]
    public object? Parse() => JsonSerializer.Deserialize<WsmqOutgoingMessage>(_frame, Wire);

    /// <summary>Message to append request, with its metadata.</summary>
    [Benchmark]
    public object Check() => _rules.Check(_message, _sender);

    /// <summary>Entry to the bytes of its frame, once per node.</summary>
    [Benchmark]
    public int Serialize() => new FeedEntry(_source, _entry).Frame.Length;

    /// <summary>1,024 signals with their entries, for one address.</summary>
    [Benchmark(OperationsPerInvoke = 1024)]
    public void TakeSignals()
    {
        foreach (var signal in _signals)
            _feed.OnSignal(signal);
    }

    /// <summary>The keys of an address that is not cached yet.</summary>
    [Benchmark]
    public object Keys() => new LogKeys("wsmq", 64, _address);
}
