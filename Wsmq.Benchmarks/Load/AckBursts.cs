using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Wsmq.Benchmarks.Nodes;
using Wsmq.Testing;

namespace Wsmq.Benchmarks.Load;

/// <summary>
/// A group of 1,000 members that received some messages, and then acknowledge one of them each second: all at the same moment, or, as
/// our clients do, spread over the second; or they call, with the same frames at the same moment, a hub of SignalR that does nothing. Only
/// one asks for an answer: a thousand answers would keep this program busy, which measures the latency of others meanwhile.
/// </summary>
internal sealed class AckBursts(Peer peer, Uri node, string group, AckWay way, HttpMessageInvoker http) : ISideLoad
{
    private const int Members = 1_000;
    private const int ParallelConnects = 64;

    // Of a second, in which the members acknowledge that do not all do so at the same moment.
    private const int Parts = 100;

    // More than a round lasts, and far below the in-flight window.
    private const int Messages = 32;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Peer _peer = way == AckWay.Floor ? peer with { HubPath = FloorHub.Path } : peer;
    private readonly LoadFailure _failure = new();
    private readonly CancellationTokenSource _stop = new();
    private Member[] _members = [];
    private Task _loop = Task.CompletedTask;
    private long _rounds;

    public string Summary => string.Create(
        CultureInfo.InvariantCulture,
        $"{Volatile.Read(ref _rounds)} times {Members} acks, of which {_members.Sum(m => m.Refused)} were refused");

    private string Address => "group:" + group;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await DurableNode.JoinAsync(node, group, group, Members);
        _members = [.. Enumerable.Range(0, Members).Select(_ => new Member(new Connection(_failure)))];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = ParallelConnects, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(_members.Index(), parallel, async (item, stop) =>
        {
            var user = string.Create(CultureInfo.InvariantCulture, $"{group}{item.Index}");
            await item.Item.Connection.OpenAsync(_peer.AddressOf(node, user, group), http, stop);
            await item.Item.Connection.StartAsync(item.Item);
        });
        var positions = new string[Messages];
        for (var i = 0; i < Messages; i++)
            positions[i] = await PublishAsync(cancellationToken);
        if (way != AckWay.Floor)
            await _failure.WaitUntilAsync(() => Array.TrueForAll(_members, m => m.Received >= Messages), cancellationToken);
        _loop = Task.Run(() => RunAsync(positions), CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        await _failure.WaitUntilAsync(
            () => Volatile.Read(ref _rounds) is var rounds && (rounds == 0 || _members[^1].Answered >= rounds), CancellationToken.None);
        await Parallel.ForEachAsync(_members, async (member, _) => await member.Connection.DisposeAsync());
        _stop.Dispose();
    }

    private async Task<string> PublishAsync(CancellationToken cancellationToken)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"{DurableNode.ApiPath}/messages?{QueryAuthentication.Parameter}={group}");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(node, path))
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes($$"""{"to":"{{Address}}","type":"t","body":"x"}"""))
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
            },
        };
        using var response = await http.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
        using var receipt = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
        return receipt.RootElement.GetProperty("position").GetString()!;
    }

    private async Task RunAsync(string[] positions)
    {
        try
        {
            var parts = _members.Chunk(way == AckWay.Spread ? Members / Parts : Members).ToArray();
            using var timer = new PeriodicTimer(Interval / parts.Length);
            for (var i = 0; i < positions.Length; i++)
            {
                var (ack, last) = (AckOf(positions[i], ""), AckOf(positions[i], $"\"invocationId\":\"{i}\","));
                foreach (var part in parts)
                {
                    await timer.WaitForNextTickAsync(_stop.Token);
                    foreach (var member in part)
                        await member.Connection.SendAsync(member == _members[^1] ? last : ack);
                }

                Volatile.Write(ref _rounds, i + 1);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stopped.
        }
        catch (Exception e)
        {
            _failure.Set(e);
        }
    }

    private byte[] AckOf(string position, string invocationId) => Encoding.UTF8.GetBytes(
        $$"""{"type":1,{{invocationId}}"target":"Ack","arguments":["{{Address}}","{{position}}"]}""" + "\u001e");

    private sealed class Member(Connection connection) : IFrameHandler
    {
        private int _received;
        private long _answered;
        private long _refused;

        public Connection Connection => connection;

        public int Received => Volatile.Read(ref _received);

        public long Answered => Volatile.Read(ref _answered);

        public long Refused => Volatile.Read(ref _refused);

        public void OnFrame(ReadOnlySpan<byte> frame)
        {
            if (frame.StartsWith("{\"type\":3"u8))
            {
                Volatile.Write(ref _answered, _answered + 1);
                Volatile.Write(ref _refused, _refused + (frame.IndexOf("\"error\":"u8) < 0 ? 0 : 1));
            }
            else
            {
                Volatile.Write(ref _received, _received + frame.Count("\"position\":\""u8));
            }
        }

        public ValueTask OnFramesHandledAsync() => ValueTask.CompletedTask;
    }
}

/// <summary>How the members of a group acknowledge.</summary>
internal enum AckWay
{
    /// <summary>All at the same moment.</summary>
    AtOnce = 0,

    /// <summary>Spread over the second.</summary>
    Spread = 1,

    /// <summary>All at the same moment, to a hub that does nothing: what the calls cost without wsmq.</summary>
    Floor = 2,
}
