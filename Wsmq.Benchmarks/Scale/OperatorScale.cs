using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Wsmq.Benchmarks.Measuring;
using Wsmq.Benchmarks.Nodes;
using Wsmq.Server.Stores;
using Wsmq.Server.Stores.Redis;
using Wsmq.Testing;

namespace Wsmq.Benchmarks.Scale;

/// <summary>
/// What operators ask of a large deployment over HTTP, at a node with Redis: how long one request takes, how large its answer is, and how
/// long a <c>GET</c> of another connection to Redis takes meanwhile.
/// </summary>
internal sealed class OperatorScale(bool quick)
{
    private const int LargeBytes = 256 * 1024;
    private const int Large = 1_000;
    private const int Repeats = 20;

    private static readonly WsmqAddress Log = WsmqAddress.Group("large");

    private readonly int _addresses = quick ? 100_000 : 1_000_000;
    private readonly MarkdownTable _table = new(
        "asked", "requests", "ms a request: median", "maximum", "KB of the largest answer", "other commands meanwhile, ms: median", "p99", "maximum");

    public async Task<MarkdownTable> RunAsync(CancellationToken cancellationToken)
    {
        await using var redis = await RedisDeployment.StartServerAsync();
        await FillAsync(redis, cancellationToken);
        await using var node = await NodeProcess.StartAsync(NodeCommand.StartOf(NodeCommand.Wsmq, NodeCommand.RedisOption, redis.EndPoint));
        await using var other = await ConnectionMultiplexer.ConnectAsync(redis.EndPoint);
        using var http = new HttpClient { BaseAddress = node.Address };

        var sample = (await GetAsync(http, $"addresses/{Log}/entries", cancellationToken)).Json.GetProperty("entries")[0].GetProperty("position");
        await MeasureAsync("a page of 100 addresses", () => RepeatAsync("addresses"));
        await MeasureAsync($"the one user of {_addresses} whose name has a text in it", () => SearchAsync("addresses?match=*x77x*"));
        await MeasureAsync($"50 of {Large} messages of 256 KiB, with previews", () => RepeatAsync($"addresses/{Log}/entries"));
        await MeasureAsync("one of them by its id", () => SearchAsync($"addresses/{Log}/entries?id=77"));
        await MeasureAsync("the life of one of them", () => RepeatAsync($"addresses/{Log}/entries/{sample.GetString()}/life"));
        return _table;

        async Task<List<Answer>> RepeatAsync(string path)
        {
            var answers = new List<Answer>();
            for (var i = 0; i < Repeats; i++)
                answers.Add(await GetAsync(http, path, cancellationToken));
            return answers;
        }

        async Task<List<Answer>> SearchAsync(string path)
        {
            var answers = new List<Answer> { await GetAsync(http, path, cancellationToken) };
            while (answers[^1].Json.GetProperty("next").GetString() is { } next)
                answers.Add(await GetAsync(http, $"{path}&next={Uri.EscapeDataString(next)}", cancellationToken));
            return answers;
        }

        async Task MeasureAsync(string name, Func<Task<List<Answer>>> ask)
        {
            Progress.Say($"operators: {name}");
            await GetAsync(http, "addresses?max=1", cancellationToken);
            var (answers, _, times) = await RedisProbe.DuringAsync(other, ask, cancellationToken);
            var took = Spread.Of(answers.Select(a => a.Milliseconds));
            _table.Add(
            [
                name, Text(answers.Count, "F0"), Text(took.Median, "F1"), Text(took.Max, "F1"), Text(answers.Max(a => a.Bytes) / 1000.0, "F0"),
                .. RedisProbe.TextOf(times),
            ]);
        }
    }

    private static async Task<Answer> GetAsync(HttpClient http, string path, CancellationToken cancellationToken)
    {
        var separator = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        var uri = new Uri($"{DurableNode.ApiPath}/{path}{separator}{QueryAuthentication.Parameter}=operator", UriKind.Relative);
        while (true)
        {
            var start = Stopwatch.GetTimestamp();
            using var response = await http.GetAsync(uri, cancellationToken);
            var bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            var took = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            if (response.Headers.RetryAfter?.Delta is { } wait)
            {
                // The limits of an operator are part of the product: the wait is not part of the request.
                await Task.Delay(wait, cancellationToken);
                continue;
            }

            response.EnsureSuccessStatusCode();
            return new Answer(took, bytes.Length, JsonSerializer.Deserialize<JsonElement>(bytes));
        }
    }

    private async Task FillAsync(RedisServer redis, CancellationToken cancellationToken)
    {
        Progress.Say($"operators: storing {_addresses} addresses and {Large} large messages");
        var options = Options.Create(new WsmqOptions { Retention = { MaxBytes = 2L * Large * LargeBytes } });
        await using var store = new RedisStore(
            options, Options.Create(new WsmqRedisOptions { Configuration = redis.EndPoint }), NullLogger<RedisStore>.Instance);
        await store.StartAsync(cancellationToken);
        var users = Enumerable.Range(0, _addresses).Select(i => SampleEntries.Of(WsmqAddress.User(i == 77 ? "user-x77x" : $"user-{i}"), i, bytes: 64));
        await SampleEntries.AddAsync(store, users, batch: 256, cancellationToken);
        await SampleEntries.AddAsync(store, Enumerable.Range(0, Large).Select(i => SampleEntries.Of(Log, i, LargeBytes)), batch: 8, cancellationToken);
    }

    private static string Text(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);

    private sealed record Answer(double Milliseconds, int Bytes, JsonElement Json);
}
