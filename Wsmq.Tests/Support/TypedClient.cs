using System.Collections.Concurrent;

namespace Wsmq.Tests.Support;

/// <summary>The message type of the tests that use the typed client.</summary>
[WsmqMessageType(nameof(Number))]
internal sealed record Number(int Value);

/// <summary>The typed client with short backoffs, and a record of everything that it passed to the app.</summary>
internal sealed class TypedClient : IAsyncDisposable
{
    private readonly ConcurrentQueue<WsmqMessage<Number>> _messages = new();
    private readonly ConcurrentQueue<WsmqErrorEventArgs> _errors = new();
    private readonly ConcurrentQueue<WsmqGapEventArgs> _gaps = new();
    private readonly ConcurrentQueue<WsmqClientState> _states = new();
    private readonly ConcurrentQueue<WsmqDeadLetteredEventArgs> _deadLettered = new();
    private readonly ConcurrentQueue<WsmqStateCompleteEventArgs> _complete = new();
    private int _calls;

    /// <param name="hub">The URL of the node, or of a proxy in front of it.</param>
    /// <param name="user">The user.</param>
    /// <param name="handle">Called before a message is recorded as handled; null to register no handler.</param>
    /// <param name="configure">Further options.</param>
    public TypedClient(Uri hub, string user, Func<Number, Task>? handle, Action<WsmqClientOptions>? configure = null)
    {
        Client = new WsmqClient(hub, options =>
        {
            options.AccessTokenProvider = _ => Task.FromResult<string?>(TestTokens.For(user));
            foreach (var backoff in new[] { options.ReconnectBackoff, options.SendBackoff, options.HandlerBackoff })
                (backoff.Min, backoff.Max) = (TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(50));
            options.AckInterval = TimeSpan.FromMilliseconds(100);
            configure?.Invoke(options);
        });
        Client.Error += (_, e) => _errors.Enqueue(e);
        Client.Gap += (_, e) => _gaps.Enqueue(e);
        Client.DeadLettered += (_, e) => _deadLettered.Enqueue(e);
        Client.StateComplete += (_, e) => _complete.Enqueue(e);
        Client.StateChanged += (_, e) => _states.Enqueue(e.Current);
        if (handle is null)
            return;
        Client.On<Number>(async (message, _) =>
        {
            Interlocked.Increment(ref _calls);
            await handle(message.Body);
            _messages.Enqueue(message);
        });
    }

    public WsmqClient Client { get; }

    /// <summary>The messages that were handled without an error, in that order.</summary>
    public IReadOnlyList<WsmqMessage<Number>> Messages => [.. _messages];

    public int HandledCount => _messages.Count;

    public IEnumerable<int> Handled => _messages.Select(m => m.Body.Value);

    /// <summary>The number of handler calls, with and without an error.</summary>
    public int Calls => Volatile.Read(ref _calls);

    public IReadOnlyList<WsmqErrorEventArgs> Errors => [.. _errors];

    public IReadOnlyList<WsmqGapEventArgs> Gaps => [.. _gaps];

    public IReadOnlyList<WsmqDeadLetteredEventArgs> DeadLettered => [.. _deadLettered];

    /// <summary>The events <c>StateComplete</c>.</summary>
    public IReadOnlyList<WsmqStateCompleteEventArgs> Complete => [.. _complete];

    public IReadOnlyList<WsmqClientState> States => [.. _states];

    public static async Task<TypedClient> StartAsync(
        Uri hub, string user, Func<Number, Task>? handle = null, Action<WsmqClientOptions>? configure = null)
    {
        var client = new TypedClient(hub, user, handle ?? (_ => Task.CompletedTask), configure);
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
            await client.Client.StartAsync(limit.Token);
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    public Task<WsmqReceipt> SendAsync(string to, int number) => Client.SendAsync(WsmqAddress.Parse(to), new Number(number));

    /// <summary>Sends the numbers in order, without waiting in between; completes with all receipts.</summary>
    public Task<WsmqReceipt[]> SendAsync(string to, IEnumerable<int> numbers) => Task.WhenAll(numbers.Select(n => SendAsync(to, n)).ToList());

    /// <summary>Waits until this many messages are handled, and requires that they are exactly these.</summary>
    public async Task HandlesAsync(IEnumerable<int> numbers)
    {
        var expected = numbers.ToList();
        await Eventually.That($"{expected.Count} messages are handled", () => _messages.Count >= expected.Count);
        var handled = Handled.ToArray();
        var differs = Enumerable.Range(0, expected.Count).FirstOrDefault(i => handled[i] != expected[i], expected.Count);
        handled.Should().Equal(
            expected, "from {0} on there is: {1}", differs,
            string.Join(' ', _messages.Skip(Math.Max(0, differs - 3)).Take(60).Select(m => $"{m.Body.Value}:{m.Id[^Math.Min(8, m.Id.Length)..]}@{m.Position}")));
    }

    public ValueTask DisposeAsync() => Client.DisposeAsync();
}
