using System.Net;

namespace Wsmq.Tests.HostAndCli;

/// <summary>A sample as a real process.</summary>
internal sealed class RunningSample : IAsyncDisposable
{
    private const string Listening = "Now listening on: ";

    private RunningSample(ToolProcess process, Uri root) => (Process, Root) = (process, root);

    public ToolProcess Process { get; }

    public Uri Root { get; }

    /// <summary>Signs in at a sample whose users have a cookie.</summary>
    public static async Task<HttpClient> SignInAsync(Uri root, string user, CookieContainer? cookies = null)
    {
        var http = new HttpClient(new HttpClientHandler { CookieContainer = cookies ?? new CookieContainer() }) { BaseAddress = root };
        using var response = await http.PostAsync(new Uri($"sign-in/{user}", UriKind.Relative), null);
        response.EnsureSuccessStatusCode();
        return http;
    }

    /// <param name="sample">The folder of the project.</param>
    /// <param name="contentRoot">Where it has its data.</param>
    /// <param name="arguments">Further arguments.</param>
    public static async Task<RunningSample> StartAsync(string sample, string contentRoot, params string[] arguments)
    {
        var process = ToolProcess.Start(
            sample, new Dictionary<string, string>(), ["--urls", "http://127.0.0.1:0", "--contentRoot", contentRoot, .. arguments]);
        try
        {
            await Eventually.That($"{sample} listens", () => process.HasExited || process.Output.Any(IsListening));
            process.HasExited.Should().BeFalse(process.Error + string.Join('\n', process.Output));
            var line = process.Output.First(IsListening);
            return new RunningSample(process, new Uri(line[(line.IndexOf(Listening, StringComparison.Ordinal) + Listening.Length)..].Trim()));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => Process.DisposeAsync();

    private static bool IsListening(string line) => line.Contains(Listening, StringComparison.Ordinal);
}
