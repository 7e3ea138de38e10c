using System.Net;

namespace Wsmq.Tests.HostAndCli;

/// <summary>The host on Redis, while Redis stops and restarts.</summary>
public sealed class HostHealthTests : IAsyncLifetime
{
    private readonly Tools _tools = new();
    private RedisServer _redis = null!;

    public async Task InitializeAsync() => _redis = await RedisServer.StartAsync(appendOnly: true);

    public async Task DisposeAsync()
    {
        await _tools.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task Readiness_follows_the_availability_of_Redis_and_liveness_does_not()
    {
        _tools.Environment["Wsmq__Redis"] = _redis.EndPoint;
        await _tools.StartHostAsync("--Wsmq:RedisOptions:CommandTimeout", "00:00:01");
        await Eventually.That("it names Redis", () => _tools.Host.Output.Any(line => line.Contains($"Redis at {_redis.EndPoint}", StringComparison.Ordinal)));
        using var http = new HttpClient { BaseAddress = new Uri(_tools.Url) };
        await IsAsync("/health/ready", HttpStatusCode.OK);
        await IsAsync("/health/live", HttpStatusCode.OK);

        await _redis.StopAsync(kill: true);
        await IsAsync("/health/ready", HttpStatusCode.ServiceUnavailable);
        await IsAsync("/health/live", HttpStatusCode.OK);

        await _redis.RestartAsync();
        await IsAsync("/health/ready", HttpStatusCode.OK);
        _tools.Host.HasExited.Should().BeFalse();

        Task IsAsync(string path, HttpStatusCode expected) => Eventually.That($"{path} answers {expected}", async () =>
        {
            using var response = await http.GetAsync(new Uri(path, UriKind.Relative));
            return response.StatusCode == expected;
        });
    }
}
