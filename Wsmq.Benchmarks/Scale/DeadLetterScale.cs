using System.Globalization;
using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Wsmq.Benchmarks.Measuring;
using Wsmq.Benchmarks.Nodes;
using Wsmq.Server.Stores;
using Wsmq.Testing;

namespace Wsmq.Benchmarks.Scale;

/// <summary>
/// What an operator does with very many dead letters over HTTP, at Redis: how long it takes, how large the answers are, and how long a
/// <c>GET</c> on another connection takes meanwhile.
/// </summary>
internal sealed class DeadLetterScale(bool quick)
{
    private const string Path = DurableNode.ApiPath + "/dead-letters";
    private const string Scheme = "operator";
    private const int HighestRate = 10_000;
    private const int Replayed = 10;

    private readonly SampleDeadLetters _letters = new(quick ? 100 : 1_000);
    private readonly MarkdownTable _table = new(
        "step", "s", "answers", "largest, KiB", "other commands meanwhile, ms: median", "p99", "maximum", "result");

    private HttpClient _http = null!;
    private int _answers;
    private int _largest;

    public async Task<MarkdownTable> RunAsync(CancellationToken cancellationToken)
    {
        await using var redis = await RedisDeployment.StartServerAsync();
        await using var other = await ConnectionMultiplexer.ConnectAsync(redis.EndPoint);
        await using var app = Node(redis.EndPoint);
        await app.StartAsync(cancellationToken);
        using var http = _http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()), Timeout = TimeSpan.FromMinutes(5) };
        Progress.Say($"dead letters: fill");
        await _letters.FillAsync(app.Services.GetRequiredService<IStore>(), cancellationToken);

        await MeasureAsync("all pages of 1,000", () => PagesAsync("max=1000"));
        await MeasureAsync("search for a reason that none has", () => PagesAsync("max=100&reason=none"));
        await MeasureAsync("count", () => PostAsync("/count", new { }));
        await MeasureAsync("count those of a type", () => PostAsync("/count", new { type = "ord*" }));
        await MeasureAsync($"replay those of {Replayed} users at 1,000 per second", async () =>
        {
            for (var user = 0; user < Replayed; user++)
                await RunAsync("replay", new { user = SampleDeadLetters.NameOf(user) }, 1_000);
            return string.Empty;
        });
        await MeasureAsync($"remove all others, at most {HighestRate} per second", () => RunAsync("remove", new { }, HighestRate));
        return _table;

        async Task MeasureAsync(string name, Func<Task<string>> work)
        {
            Progress.Say($"dead letters: {name}");
            (_answers, _largest) = (0, 0);
            var (result, seconds, times) = await RedisProbe.DuringAsync(other, work, cancellationToken);
            _table.Add([name, Text(seconds, "F1"), Text(_answers, "F0"), Text(_largest / 1024.0, "F0"), .. RedisProbe.TextOf(times), result]);
        }
    }

    private static WebApplication Node(string redis)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddAuthentication(Scheme).AddScheme<AuthenticationSchemeOptions, EverybodyOperates>(Scheme, null);
        builder.Services.AddAuthorization();
        builder.Services.AddSingleton<IWsmqAuthorizer, OpenAuthorizer>();
        builder.Services.AddWsmq(o => o.DeadLetters.MaxRunRate = HighestRate).UseRedis(redis);
        var app = builder.Build();
        app.MapWsmqApi(DurableNode.ApiPath);
        return app;
    }

    private static string Text(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);

    private async Task<string> PagesAsync(string query)
    {
        var (found, next) = (0, "");
        do
        {
            var page = await TakeAsync(await _http.GetAsync(new Uri($"{Path}?{query}&next={next}", UriKind.Relative)));
            found += page.GetProperty("deadLetters").GetArrayLength();
            next = page.GetProperty("next").GetString();
        }
        while (next is not null);
        return $"{found} found";
    }

    private async Task<string> PostAsync(string path, object body) =>
        $"{(await AskAsync(path, body)).GetProperty("count").GetInt64()} counted";

    private async Task<JsonElement> AskAsync(string path, object body) =>
        await TakeAsync(await _http.PostAsJsonAsync($"{Path}{path}", body));

    private async Task<string> RunAsync(string action, object filter, int perSecond)
    {
        var id = Guid.NewGuid().ToString("N");
        var run = await AskAsync("/runs", new { id, action, filter, until = 253_402_300_799_999, perSecond });
        for (; run.GetProperty("state").GetString() == "running"; await Task.Delay(100))
            run = await TakeAsync(await _http.GetAsync(new Uri($"{Path}/runs/{id}", UriKind.Relative)));
        return $"{run.GetProperty("state").GetString()}, {run.GetProperty("done").GetInt64()} of {run.GetProperty("total").GetInt64()}";
    }

    private async Task<JsonElement> TakeAsync(HttpResponseMessage answer)
    {
        using (answer)
        {
            var text = await answer.Content.ReadAsStringAsync();
            if (!answer.IsSuccessStatusCode)
                throw new RunFailedException(text);
            (_answers, _largest) = (_answers + 1, Math.Max(_largest, text.Length));
            return JsonDocument.Parse(text).RootElement;
        }
    }

    // The user in the query, as in other measurements, would be the filter of a search.
    private sealed class EverybodyOperates(
        IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            var identity = new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, "admin")], DeadLetterScale.Scheme);
            return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), DeadLetterScale.Scheme)));
        }
    }
}
