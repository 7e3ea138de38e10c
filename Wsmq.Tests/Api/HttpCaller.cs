using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Api;

/// <summary>A user of the HTTP API of a node.</summary>
internal sealed class HttpCaller(Uri node, string? token) : IDisposable
{
    public const string Path = "/wsmq-api";

    private readonly HttpClient _http = new();

    public static HttpCaller Of(TestNode node, string user) => new(node.Address, TestTokens.For(user));

    public static Task<TestNode> StartNodeAsync(
        Action<WsmqBuilder> store, Action<WsmqOptions>? options = null, Action<WebApplicationBuilder>? services = null) =>
        TestNode.StartAsync(
            store,
            o =>
            {
                o.Presence.IsEnabled = true;
                options?.Invoke(o);
            },
            services, endpoints: app => app.MapWsmqApi(Path));

    public void Dispose() => _http.Dispose();

    /// <summary>Opens an event stream.</summary>
    /// <param name="query">The addresses, and further parameters.</param>
    /// <param name="lastEventId">As a browser that reconnects.</param>
    public Task<EventReader> ListenAsync(string query, string? lastEventId = null) => StreamAsync($"/logs?{query}", lastEventId);

    /// <summary>Opens another event stream.</summary>
    public async Task<EventReader> StreamAsync(string path, string? lastEventId = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, Of(path));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (lastEventId is not null)
            request.Headers.Add("Last-Event-ID", lastEventId);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return new EventReader(await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead));
    }

    /// <summary>Sends one message, or an array of them.</summary>
    public Task<ApiAnswer> SendAsync(object message, string? key = null) => PostAsync("/messages", JsonSerializer.Serialize(message), key: key);

    public Task<ApiAnswer> PostAsync(string path, string body, string contentType = "application/json", string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Of(path)) { Content = new StringContent(body, Encoding.UTF8) };
        request.Content.Headers.ContentType = contentType.Length > 0 ? MediaTypeHeaderValue.Parse(contentType) : null;
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return AskAsync(request);
    }

    /// <summary>Reads a page of a log.</summary>
    public Task<ApiAnswer> ReadAsync(string address, string? after = null, int? max = null) =>
        GetAsync($"/logs/{Uri.EscapeDataString(address)}?{(after is null ? "" : $"after={after}&")}{(max is null ? "" : $"max={max}")}");

    public Task<ApiAnswer> GetAsync(string path) => AskAsync(new HttpRequestMessage(HttpMethod.Get, Of(path)));

    /// <summary>Makes a request without a body.</summary>
    public Task<ApiAnswer> AskAsync(string method, string path) => AskAsync(new HttpRequestMessage(new HttpMethod(method), Of(path)));

    public async Task<ApiAnswer> AskAsync(HttpRequestMessage request)
    {
        using (request)
        {
            if (token is not null)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using var response = await _http.SendAsync(request);
            return await ApiAnswer.OfAsync(response);
        }
    }

    private Uri Of(string path) => new(node, Path + path);
}

/// <summary>A response of the HTTP API.</summary>
internal sealed record ApiAnswer(int Status, string? ContentType, TimeSpan? RetryAfter, string Text)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    /// <summary>The error code of a problem.</summary>
    public string? Code => ContentType == "application/problem+json" ? Json.GetProperty("code").GetString() : null;

    public static async Task<ApiAnswer> OfAsync(HttpResponseMessage response) => new(
        (int)response.StatusCode, response.Content.Headers.ContentType?.MediaType, response.Headers.RetryAfter?.Delta,
        await response.Content.ReadAsStringAsync());

    public string TextOf(string name) => Json.GetProperty(name).GetString()!;
}
