using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;

namespace Wsmq.Tests.Client;

/// <summary>A scripted server, a client with short backoffs, and records of what the client reported.</summary>
public abstract class ClientTest : IAsyncLifetime
{
    private protected ScriptedServer Server { get; private set; } = null!;

    private protected Script Script => Server.Script;

    private protected WsmqClient Client { get; private set; } = null!;

    private protected ConcurrentQueue<string> Handled { get; } = new();

    private protected ConcurrentQueue<WsmqErrorEventArgs> Errors { get; } = new();

    private protected ConcurrentQueue<WsmqConnectFailedEventArgs> Failures { get; } = new();

    private protected ConcurrentQueue<WsmqGapEventArgs> Gaps { get; } = new();

    private protected ConcurrentQueue<WsmqClientState> States { get; } = new();

    public virtual async Task InitializeAsync()
    {
        Server = await ScriptedServer.StartAsync(parallel: Parallel);
        Client = NewClient(Server.Url);
    }

    public virtual async Task DisposeAsync()
    {
        await Client.DisposeAsync();
        await Server.DisposeAsync();
    }

    private protected virtual int Parallel => 1;

    private protected virtual void Configure(WsmqClientOptions options)
    {
    }

    private protected WsmqClient NewClient(Uri url)
    {
        var client = new WsmqClient(url, options =>
        {
            foreach (var backoff in new[] { options.ReconnectBackoff, options.SendBackoff, options.HandlerBackoff })
                (backoff.Min, backoff.Max) = (TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(50));
            options.LoggerFactory = NullLoggerFactory.Instance;
            options.AckInterval = TimeSpan.FromMilliseconds(100);
            Configure(options);
        });
        client.Error += (_, e) => Errors.Enqueue(e);
        client.ConnectFailed += (_, e) => Failures.Enqueue(e);
        client.Gap += (_, e) => Gaps.Enqueue(e);
        client.StateChanged += (_, e) => States.Enqueue(e.Current);
        return client;
    }

    /// <summary>Registers a handler that records chat lines.</summary>
    private protected void Record() => Client.On<Line>((message, _) =>
    {
        Handled.Enqueue(message.Body.Text);
        return Task.CompletedTask;
    });

    private protected Task HandledAre(params string[] expected) =>
        Eventually.That($"handled are {string.Join(' ', expected)}", () => Handled.SequenceEqual(expected));

    private protected Task AckedIs(long position, string source = Entry.Alice) =>
        Eventually.That($"{source} is acknowledged up to {position}", () => Script.LastAck(source) == Entry.At(position));

    private protected static WsmqOutgoingMessage Chat(string text, string to = "user:bob") =>
        new() { To = to, Type = nameof(Line), Body = WsmqJsonBody.Parse($"\"{text}\"") };
}
