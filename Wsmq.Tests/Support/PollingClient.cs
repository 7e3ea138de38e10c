using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;

namespace Wsmq.Tests.Support;

/// <summary>A hand-written client of long polling or server-sent events, which can send another token with each request.</summary>
internal sealed class PollingClient : IDisposable
{
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(1) };
    private readonly ConcurrentQueue<string> _frames = [];
    private readonly CancellationTokenSource _stop = new();

    public PollingClient(Uri hub, string id) => Url = new Uri($"{hub}?id={Uri.EscapeDataString(id)}");

    public Uri Url { get; set; }

    /// <summary>The frames that polls returned.</summary>
    public IReadOnlyList<string> Frames => [.. _frames];

    public static async Task<string> NegotiateAsync(Uri hub, string? token)
    {
        using var http = new HttpClient();
        using var request = Request(HttpMethod.Post, new Uri(hub + "/negotiate?negotiateVersion=1"), token);
        using var response = await http.SendAsync(request);
        response.StatusCode.Should().Be(HttpStatusCode.OK);
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return answer.RootElement.GetProperty("connectionToken").GetString()!;
    }

    /// <summary>Opens a long-polling connection and completes its handshake.</summary>
    public static async Task<PollingClient> OpenAsync(TestNode node, string token)
    {
        var client = new PollingClient(node.Hub, await NegotiateAsync(node.Hub, token));
        (await client.PollAsync(token)).Status.Should().Be(HttpStatusCode.OK);
        (await client.PostAsync(token, """{"protocol":"json","version":1}""")).Status.Should().Be(HttpStatusCode.OK);
        return client;
    }

    public async Task<(HttpStatusCode Status, string Body)> PollAsync(string? token)
    {
        var (status, body) = await SendAsync(HttpMethod.Get, token);
        foreach (var frame in body.Split(HubSocket.Separator, StringSplitOptions.RemoveEmptyEntries))
            _frames.Enqueue(frame);
        return (status, body);
    }

    /// <summary>Polls until the server has removed the connection, and returns the status of the last poll.</summary>
    public async Task<HttpStatusCode> PollToTheEndAsync(string? token)
    {
        while (true)
        {
            if ((await PollAsync(token)).Status is not HttpStatusCode.OK and var status)
                return status;
        }
    }

    public Task<(HttpStatusCode Status, string Body)> PostAsync(string? token, string frame) =>
        SendAsync(HttpMethod.Post, token, new StringContent(frame + HubSocket.Separator));

    public Task<(HttpStatusCode Status, string Body)> DeleteAsync(string? token) => SendAsync(HttpMethod.Delete, token);

    /// <summary>Opens the connection as server-sent events, and reads to the end of the stream.</summary>
    public async Task<(HttpStatusCode Status, string Body)> StreamAsync(string? token)
    {
        using var request = Request(HttpMethod.Get, Url, token);
        request.Headers.Accept.ParseAdd("text/event-stream");
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, _stop.Token);
        using var body = new StreamReader(await response.Content.ReadAsStreamAsync(_stop.Token));
        return (response.StatusCode, await body.ReadToEndAsync(_stop.Token));
    }

    public void Dispose()
    {
        _stop.Cancel();
        _http.Dispose();
        _stop.Dispose();
    }

    private static HttpRequestMessage Request(HttpMethod method, Uri url, string? token)
    {
        var request = new HttpRequestMessage(method, url);
        if (token is not null)
            request.Headers.Authorization = new("Bearer", token);
        return request;
    }

    private async Task<(HttpStatusCode Status, string Body)> SendAsync(HttpMethod method, string? token, HttpContent? content = null)
    {
        using var request = Request(method, Url, token);
        request.Content = content;
        using var response = await _http.SendAsync(request, _stop.Token);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(_stop.Token));
    }
}
