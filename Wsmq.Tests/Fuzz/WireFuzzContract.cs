using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wsmq.Tests.Support;
using Xunit.Abstractions;

namespace Wsmq.Tests.Fuzz;

/// <summary>
/// Hostile bytes against the wire of a real node. After every case other clients still send and receive in order, the attacker has
/// received a reply or was disconnected, nothing was logged as an error, and no case made the node allocate excessive memory.
/// </summary>
public abstract class WireFuzzContract(ITestOutputHelper output)
{
    // The limits for what the node allocates for one case, and for what remains allocated after all of them: far above the actual use.
    private const long BytesOfACase = 256L * 1024 * 1024;

    // Allocations of the whole process are counted, and on a busy machine others allocate much meanwhile: a case over the limit is
    // repeated. A case that really allocates too much does so every time.
    private const int Plays = 100;
    private const long BytesLeft = 96L * 1024 * 1024;
    private const string Attacker = "mallory";
    private const string Probe = """{"type":1,"invocationId":"probe","target":"Ack","arguments":["user:mallory","0000000000000000"]}␞""";

    private protected abstract Task<TestNode> StartAsync(Action<WsmqOptions> options, Action<Microsoft.AspNetCore.Builder.WebApplicationBuilder> services);

    [Fact]
    public async Task Every_case_of_the_corpus_has_the_expected_outcome()
    {
        var counts = new FuzzCounts($"corpus, {GetType().Name}");
        await using var setting = await SettingAsync();
        var wrong = new List<string>();
        foreach (var wire in WireCorpus.All)
        {
            var seen = await setting.PlayAsync(wire.Frames, wire.IsHandshake);
            var expected = wire.Code ?? wire.Outcome.ToString();
            if (seen != expected)
                wrong.Add($"{wire.Name}: {seen} instead of {expected}");
            counts.Add(wire.Name[..wire.Name.IndexOf(':', StringComparison.Ordinal)], wire.Code is null ? seen : "Code");
        }

        counts.Print(output);
        wrong.Should().BeEmpty();
        setting.ShouldBeUnharmed();
    }

    [Fact]
    public async Task Mutations_of_the_corpus_do_not_affect_other_clients_or_leak_memory()
    {
        var counts = new FuzzCounts($"mutations, {GetType().Name}, seed {FuzzSettings.Seed}");
        var mutator = new WireMutator(FuzzSettings.Seed);
        await using var setting = await SettingAsync();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < FuzzSettings.Rounds; i++)
        {
            var (kind, frames) = mutator.Next();
            try
            {
                var seen = await setting.PlayAsync(frames, isHandshake: false);
                counts.Add(kind, seen.Contains('-', StringComparison.Ordinal) ? "Code" : seen);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException(
                    string.Create(CultureInfo.InvariantCulture, $"Seed {FuzzSettings.Seed}, case {i}, {kind}: {Describe(frames)}"), e);
            }
        }

        counts.Print(output);
        setting.ShouldBeUnharmed();
        (GC.GetTotalMemory(forceFullCollection: true) - before).Should().BeLessThan(BytesLeft, $"seed {FuzzSettings.Seed}");
    }

    private async Task<Setting> SettingAsync()
    {
        var logs = new RecordedLogs();
        var node = await StartAsync(o => (o.Presence.IsEnabled, o.Limits.UserConnectsPerMinute) = (true, 0), b =>
        {
            b.Logging.AddProvider(logs);
            b.Logging.SetMinimumLevel(LogLevel.Warning);

            // A connection without a handshake is closed after this time.
            b.Services.Configure<HubOptions<WsmqHub>>(o => o.HandshakeTimeout = TimeSpan.FromSeconds(3));
        });
        var alice = await PlainClient.ConnectAsync(node, "alice");
        return new Setting(node, logs, alice, await PlainClient.ConnectAsync(node, "bob"));
    }

    private static string Describe(WireFrame[] frames) => string.Join(' ', frames.Select(f =>
        $"{f.Opcode}{(f.Final ? "" : "+")}:{Convert.ToBase64String(f.Payload.AsSpan(0, Math.Min(2_000, f.Payload.Length)))}"));

    private sealed class Setting(TestNode node, RecordedLogs logs, PlainClient alice, PlainClient bob) : IAsyncDisposable
    {
        private int _sent;

        // Filtered by sender, because a mutation may have sent to bob as well.
        private IEnumerable<string> Heard => bob.Received.Where(d => d.Sender == "alice").Select(d => d.Body.ToString()!);

        public async Task<string> PlayAsync(IReadOnlyList<WireFrame> frames, bool isHandshake)
        {
            var least = long.MaxValue;
            for (var play = 1; ; play++)
            {
                var before = GC.GetTotalAllocatedBytes();
                var seen = await PlayOnceAsync(frames, isHandshake);
                least = Math.Min(least, GC.GetTotalAllocatedBytes() - before);
                if (least < BytesOfACase)
                    return seen;
                if (play == Plays)
                    throw new InvalidOperationException($"the case allocated at least {least} bytes in each of {Plays} runs");
            }
        }

        private async Task<string> PlayOnceAsync(IReadOnlyList<WireFrame> frames, bool isHandshake)
        {
            string seen;
            await using (var socket = await RawSocket.ConnectAsync(node, Attacker, handshake: !isHandshake))
            {
                await socket.SendAsync(frames);
                if (isHandshake)
                    await Eventually.That("the handshake is accepted or the connection is closed", () => socket.HasHandshake || socket.IsClosed);
                seen = await OutcomeAsync(socket, frames);
            }

            await CanaryAsync();
            return seen;
        }

        /// <summary>Others received every message once and in order, no connection of theirs was closed, and no error was logged.</summary>
        public void ShouldBeUnharmed()
        {
            Heard.Should().Equal(Enumerable.Range(1, _sent).Select(i => i.ToString(CultureInfo.InvariantCulture)));
            (alice.Closed, bob.Closed).Should().Be((null, null));
            alice.Received.Should().NotContain(d => d.Sender != Attacker);
            bob.Gaps.Should().BeEmpty();
            logs.Of(LogLevel.Error).Concat(logs.Of(LogLevel.Critical)).Should().BeEmpty();
        }

        public async ValueTask DisposeAsync()
        {
            await alice.DisposeAsync();
            await bob.DisposeAsync();
            await node.DisposeAsync();
        }

        private async Task CanaryAsync()
        {
            var number = ++_sent;
            await alice.SendAsync("user:bob", number).WaitAsync(TimeSpan.FromSeconds(90));
            await Eventually.That("other clients still receive", () => Heard.Count() == number);
        }

        // The probe is sent after the case and answered after it, unless the connection has ended.
        private static async Task<string> OutcomeAsync(RawSocket socket, IReadOnlyList<WireFrame> sent)
        {
            await socket.SendAsync([WireFrame.Of(Probe)]);
            var (watch, asked) = (Stopwatch.StartNew(), 1);
            string? outcome = null;
            await Eventually.That("the probe is answered, or the connection is closed", async () =>
            {
                if (watch.ElapsedMilliseconds > 150 * asked)
                {
                    // The first probe may have completed a frame that the case left open.
                    asked++;
                    await socket.SendAsync([WireFrame.Of(Probe)]);
                }

                outcome = AnswerOf(socket) ?? (asked > 1 && HubFrames.HaveUnknownType(sent) ? nameof(Outcome.TimesOut) : null);
                return outcome is not null || socket.Frames.Any(f => IsCompletion(f, "probe"));
            });
            return outcome ?? await SettledAsync(socket);
        }

        private static string? AnswerOf(RawSocket socket)
        {
            // IsClosed is read first: once it is true, all frames that preceded the close are recorded.
            var closed = socket.IsClosed;
            return socket.Frames.FirstOrDefault(f => IsCompletion(f, "1")) is { } answer ? OutcomeOf(answer)
                : closed ? nameof(Outcome.Closed) : null;
        }

        // Calls run concurrently: the reply to the case may arrive after the reply to the probe.
        private static async Task<string> SettledAsync(RawSocket socket)
        {
            await socket.SendAsync([WireFrame.Of(Probe.Replace("probe", "again", StringComparison.Ordinal))]);
            await Eventually.That("the second probe is answered, or the connection is closed", () => socket.IsClosed || socket.Frames.Any(f => IsCompletion(f, "again")));
            return AnswerOf(socket) ?? nameof(Outcome.Ignored);
        }

        private static bool IsCompletion(string frame, string id) =>
            frame.StartsWith($"{{\"type\":3,\"invocationId\":\"{id}\"", StringComparison.Ordinal);

        private static string OutcomeOf(string completion) =>
            !completion.Contains("\"error\":\"", StringComparison.Ordinal) || completion.Contains("\"result\":", StringComparison.Ordinal) ? nameof(Outcome.Result)
            : WsmqError.Find(completion)?.Code ?? nameof(Outcome.Error);
    }
}
