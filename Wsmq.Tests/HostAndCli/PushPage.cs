using System.Net;
using System.Net.Http.Json;

namespace Wsmq.Tests.HostAndCli;

/// <summary>What the page of the sample that sends web pushes does, as a user who has signed in.</summary>
internal sealed class PushPage(HttpClient http) : IDisposable
{
    public static async Task<PushPage> SignInAsync(Uri root, string user, CookieContainer? cookies = null) =>
        new(await RunningSample.SignInAsync(root, user, cookies));

    /// <summary>A push service, and a browser that subscribes there with the key of the app.</summary>
    public async Task<PushService> StartServiceAsync() =>
        await PushService.StartAsync(await http.GetStringAsync(new Uri("push-key", UriKind.Relative)));

    public async Task<HttpStatusCode> SubscribeAsync(object subscription)
    {
        using var response = await http.PutAsJsonAsync(new Uri("subscription", UriKind.Relative), subscription);
        return response.StatusCode;
    }

    public async Task SayAsync(string to, string text)
    {
        using var response = await http.PostAsJsonAsync(new Uri($"messages/{to}", UriKind.Relative), new { text });
        response.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    public void Dispose() => http.Dispose();
}
