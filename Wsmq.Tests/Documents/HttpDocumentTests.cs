using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Authorization;
using Wsmq.Server.Stores;
using Wsmq.Tests.Api;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Documents;

/// <summary>The curl commands of the documents work as written, and answer what is written after them.</summary>
public sealed class HttpDocumentTests : IDisposable
{
    // Differ with every run.
    private static readonly string[] Varying = ["position", "previous", "next", "sentAt", "dueAt", "storedAt", "lastAt", "startedAt", "until", "bytes", "through", "tail"];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("docs/http.md", 15)]
    [InlineData("README.md", 2)]
    public async Task The_commands_of_a_document_answer_what_it_states(string document, int count)
    {
        await using var node = await TestNode.StartAsync(
            s => s.UseSqlite(_folder.File("wsmq.db")), services: b => b.Services.AddSingleton<IWsmqAuthorizer, AdminOperates>(),
            endpoints: app => app.MapWsmqApi(HttpCaller.Path));
        var examples = ExamplesOf(document);

        examples.Should().HaveCount(count);
        foreach (var (command, expected) in examples)
            Shape(JsonDocument.Parse(await RunAsync(node, command)).RootElement).Should().Be(Shape(JsonDocument.Parse(expected).RootElement), command);
    }

    // The rules that hold by default, and admin is an operator, as on the ready host in Development.
    private sealed class AdminOperates(IStore store) : IWsmqAuthorizer
    {
        private readonly DefaultAuthorizer _usual = new(store);

        public ValueTask<bool> CanSendAsync(WsmqCaller caller, WsmqAddress to, CancellationToken cancellationToken) =>
            _usual.CanSendAsync(caller, to, cancellationToken);

        public ValueTask<bool> CanReadAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) =>
            _usual.CanReadAsync(caller, source, cancellationToken);

        public ValueTask<bool> CanAdministerAsync(
            WsmqCaller caller, WsmqAction action, WsmqAddress? target, CancellationToken cancellationToken) => new(caller.UserId == "admin");
    }

    private static List<(string Command, string Answer)> ExamplesOf(string document)
    {
        var lines = File.ReadAllLines(SourceTree.PathOf(document));
        var examples = new List<(string, string)>();
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i] != "```sh" || !lines[i + 1].StartsWith("curl ", StringComparison.Ordinal) || !lines[i + 1].Contains("$WSMQ", StringComparison.Ordinal))
                continue;
            var command = BlockFrom(lines, ref i);
            while (lines[i] != "```json")
                i++;
            examples.Add((command, BlockFrom(lines, ref i)));
        }

        return examples;
    }

    private static string BlockFrom(string[] lines, ref int fence)
    {
        var end = Array.IndexOf(lines, "```", fence);
        var block = string.Join('\n', lines[(fence + 1)..end]);
        fence = end;
        return block;
    }

    private static string Shape(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => $"{{{string.Join(',', json.EnumerateObject().Select(p => $"{p.Name}:{(Varying.Contains(p.Name) ? "…" : Shape(p.Value))}"))}}}",
        JsonValueKind.Array => $"[{string.Join(',', json.EnumerateArray().Select(Shape))}]",
        _ => json.GetRawText(),
    };

    private static async Task<string> RunAsync(TestNode node, string command)
    {
        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(command);
        start.Environment["WSMQ"] = new Uri(node.Address, HttpCaller.Path).ToString();
        start.Environment["ALICE"] = TestTokens.For("alice");
        start.Environment["ADMIN"] = TestTokens.For("admin");
        start.Environment["BOB"] = TestTokens.For("bob");
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.Should().Be(0, $"{await errors} (install curl if it is missing: apt-get install curl)");
        return output;
    }
}
