using System.Text.Json;
using System.Text.RegularExpressions;
using Wsmq.Tests.Api;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.HostAndCli;

/// <summary>The OpenAPI document of the ready host, and the page that shows it.</summary>
public sealed partial class HostDocumentTests : IAsyncLifetime
{
    private readonly Tools _tools = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _tools.DisposeAsync();

    [Fact]
    public async Task In_Development_the_document_has_every_endpoint_that_http_md_describes()
    {
        await _tools.StartHostAsync("--Wsmq:ApiPath=/some/api");
        using var http = new HttpClient { BaseAddress = new Uri(_tools.Url) };
        var document = new SchemaCheck(JsonDocument.Parse(await http.GetStringAsync("/openapi/v1.json")).RootElement);
        var text = await File.ReadAllTextAsync(SourceTree.PathOf("docs", "http.md"));

        var operations = document.OperationsBelow("/some/api");

        operations.Keys.Should().BeEquivalentTo(Described().Matches(text).Select(m => m.Groups[1].Value).Where(IsEndpoint).Distinct());
        operations.Values.Select(o => o.GetProperty("operationId").GetString()).Should().OnlyHaveUniqueItems();
        document.Document.GetProperty("security").GetArrayLength().Should().BePositive();
        document.Document.GetProperty("components").GetProperty("securitySchemes").TryGetProperty("bearer", out _).Should().BeTrue();
    }

    [Fact]
    public async Task The_page_that_shows_the_document_loads_nothing_from_elsewhere()
    {
        await _tools.StartHostAsync();
        using var http = new HttpClient { BaseAddress = new Uri(_tools.Url) };

        using var page = await http.GetAsync("/api-docs/");
        var text = await page.Content.ReadAsStringAsync();

        text.Should().NotContain("//", "no address of another server").And.Contain("src=\"scalar.js\"");
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        policy.Should().StartWith("default-src 'none'").And.NotContain("http").And.NotContain("*").And.NotContain("unsafe-eval");
        (await http.GetStringAsync("/api-docs/scalar.js")).Length.Should().BeGreaterThan(100_000, "the script is embedded");
    }

    [Fact]
    public async Task Outside_Development_there_is_no_document_and_no_page()
    {
        await _tools.StartHostAsync();
        await using var host = Tools.StartHost(
            "Production", _tools.DataFolder + "2", "--Authentication:Schemes:Bearer:Authority", "https://issuer.example",
            "--Authentication:Schemes:Bearer:ValidAudiences:0", "wsmq");
        await Eventually.That("the host prints where it listens", () => host.Output.Any(line => line.Contains("HTTP API", StringComparison.Ordinal)));
        var api = host.Output.First(line => line.Contains("HTTP API", StringComparison.Ordinal)).Split(' ')[^1];
        using var http = new HttpClient { BaseAddress = new Uri(api) };

        foreach (var path in new[] { "/openapi/v1.json", "/api-docs/", "/api-docs/scalar.js" })
            ((int)(await http.GetAsync(path)).StatusCode).Should().Be(404, path);
    }

    private static bool IsEndpoint(string name) => !name.EndsWith("/…", StringComparison.Ordinal);

    // In a table or a title.
    [GeneratedRegex(@"`((?:GET|POST|PUT|DELETE) /[^`?]*)`")]
    private static partial Regex Described();
}
