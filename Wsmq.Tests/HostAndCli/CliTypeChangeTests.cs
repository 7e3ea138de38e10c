using System.Globalization;
using System.Text.Json;

namespace Wsmq.Tests.HostAndCli;

/// <summary>Which older clients a change of message types breaks: what <c>wsmq types --check</c> reports, and docs/cli.md lists.</summary>
public sealed class CliTypeChangeTests : IDisposable
{
    private const string Enums = """
        [JsonConverter(typeof(JsonStringEnumConverter<Color>))] public enum Color { Red, Green }
        public enum Level { Low = 1, High = 10 }

        """;

    /// <summary>The type of a field before and after a change, and what breaks; null: nothing is reported.</summary>
    private static readonly (string Before, string After, string? Breaks)[] Changes =
    [
        ("int", "long", "readers"), ("long", "int", "senders"), ("int", "short", "senders"), ("short", "int", ""),
        ("int", "uint", "senders"),
        ("int", "double", "readers"), ("double", "int", "senders"), ("long", "double", "senders readers"), ("long", "ulong", "senders"),
        ("long", "decimal", "readers"), ("decimal", "double", "senders"), ("double", "decimal", "senders readers"), ("float", "double", ""),
        ("int", "string", "senders readers"), ("string", "int", "senders readers"),
        ("DateTime", "string", "readers"), ("string", "DateTime", "senders"), ("DateTime", "Guid", "senders readers"),
        ("DateTime", "DateTimeOffset", null), ("byte[]", "string", "readers"), ("TimeSpan", "TimeOnly", "senders readers"),
        ("Color", "string", "readers"), ("string", "Color", "senders"), ("Level", "int", "readers"), ("int", "Level", "senders"),
        ("string", "string?", "readers"), ("string?", "string", "senders"), ("int?", "int", "senders"),
        ("object", "string", "senders"), ("string", "object", "readers"),
        ("List<int>", "List<long>", "readers"), ("Dictionary<string, Guid>", "Dictionary<string, string>", "readers"),
        ("List<int>", "Dictionary<string, int>", "senders readers"), ("int[]", "List<int>", null),
    ];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_change_of_a_type_breaks_older_readers_or_senders()
    {
        var changes = await CheckAsync(Record(c => c.Before), Record(c => c.After));

        var found = changes.ToDictionary(c => int.Parse(c.Place["m.f".Length..].TrimEnd('[', ']', '{', '}'), CultureInfo.InvariantCulture));
        for (var i = 0; i < Changes.Length; i++)
        {
            var (before, after, breaks) = Changes[i];
            (found.TryGetValue(i, out var change) ? change.Breaks : null).Should().Be(breaks, $"{before} became {after}: {change.What}");
        }

        static string Record(Func<(string Before, string After, string? Breaks), string> type) =>
            $"[WsmqMessageType(\"m\")] public sealed record M({string.Join(", ", Changes.Select((c, i) => $"{type(c)} F{i}"))});";
    }

    [Fact]
    public async Task Fields_values_and_derived_types_break_those_who_send_or_receive_them()
    {
        var changes = await CheckAsync(
            """
            [WsmqMessageType("m")] public sealed record M(int Gone, int Kept = 1)
            { public int Rare { get; set; } public Old Tone { get; set; } }
            [JsonConverter(typeof(JsonStringEnumConverter<Old>))] public enum Old { A, B }
            [WsmqMessageType("n")] public sealed record N { [JsonExtensionData] public Dictionary<string, JsonElement>? More { get; set; } }
            """,
            """
            [WsmqMessageType("m")] public sealed record M(int Kept, int Added, int Extra = 1) { public New Tone { get; set; } }
            [JsonConverter(typeof(JsonStringEnumConverter<New>))] public enum New { A, C }
            [WsmqMessageType("n")] public sealed record N;
            """);

        changes.Select(c => (c.Breaks, c.Place)).Should().BeEquivalentTo(new[]
        {
            ("senders readers", "m.gone"), ("senders", "m.rare"), ("senders", "m.kept"), ("senders", "m.added"), ("", "m.extra"),
            ("senders", "m.tone"), ("", "m.tone"), ("senders", "n"),
        });
    }

    [Fact]
    public async Task Derived_types_of_a_base_that_is_a_message_itself_are_looked_into()
    {
        var changes = await CheckAsync(
            Shapes("public record Shape(int Id)", "int Id, double Radius", "c"),
            Shapes("public record Shape(long Id)", "long Id, string Radius", "c"));
        var isAbstract = await CheckAsync(
            Shapes("public record Shape(int Id)", "int Id, double Radius", "c"),
            Shapes("public abstract record Shape(int Id)", "int Id, double Radius", "d"));

        changes.Select(c => (c.Breaks, c.Place)).Should().BeEquivalentTo(new[]
        {
            ("readers", "shape.id"), ("readers", "shape($type \"c\").id"), ("senders readers", "shape($type \"c\").radius"),
        });
        isAbstract.Select(c => (c.Breaks, c.Place)).Should().BeEquivalentTo(new[]
        {
            ("senders", "shape($type \"c\")"), ("", "shape($type \"d\")"), ("senders", "shape"),
        });

        static string Shapes(string record, string fields, string tag) =>
            $"[JsonDerivedType(typeof(Circle), \"{tag}\")] [WsmqMessageType(\"shape\")] {record};\n"
            + $"public sealed record Circle({fields}) : Shape(Id);";
    }

    [Fact]
    public async Task A_contract_of_an_older_version_of_the_tool_has_no_formats_and_is_compared_without_them()
    {
        var file = _folder.File("old.contract.json");
        await File.WriteAllTextAsync(file, """
            {"wsmqContract":1,"messages":{"m":{"type":"M"}},"types":{"M":{"fields":{
            "a":{"is":"string","required":true},"b":{"is":"number","required":true},"c":{"is":"number","required":true}}}}}
            """);

        var changes = await CompareAsync(file, """[WsmqMessageType("m")] public sealed record M(DateTime A, short B, long C);""");

        changes.Should().ContainSingle().Which.Place.Should().Be("m.c", "a number has become one that can be a string");
    }

    [Fact]
    public async Task A_change_as_text_names_whom_it_breaks()
    {
        await RunAsync("--from", ContractSource.Compile(_folder, Message("int A, DateTime B, short C")), "--out", _folder.File("old.ts"));

        var (code, output, _) = await RunAsync(
            "--from", ContractSource.Compile(_folder, Message("string A, string B, int C")), "--check", _folder.File("old.contract.json"));

        code.Should().Be(8);
        output.Split('\n').Should().Equal(
            "BREAKS readers and senders  m.a  the type was changed from number (int32) to string",
            "BREAKS readers  m.b  the type was changed from string (date-time) to string",
            "ok  m.c  the type was changed from number (int16) to number (int32): older clients may receive larger values");

        static string Message(string fields) => $"[WsmqMessageType(\"m\")] public sealed record M({fields});";
    }

    [Fact]
    public async Task A_generic_message_type_is_said_to_be_skipped_and_is_written_where_another_one_contains_it()
    {
        const string Box = """[WsmqMessageType("box")] public sealed record Box<T>(T Value);""";

        var (code, output, error) = await RunAsync(
            "--from", ContractSource.Compile(_folder, Box + """[WsmqMessageType("a")] public sealed record A(Box<int> Box);"""));
        var alone = await RunAsync("--from", ContractSource.Compile(_folder, Box));

        code.Should().Be(0, error);
        error.Should().StartWith("wsmq: skipped: Box`1[T] is generic").And.NotContain("\n");
        output.Should().Contain("export interface BoxOfInt32").And.NotContain("\"box\"");
        alone.Code.Should().Be(7);
        alone.Error.Should().Contain("no-message-types: all message types of Contracts are generic");
    }

    private async Task<List<(string Breaks, string Place, string What)>> CheckAsync(string before, string after)
    {
        var written = await RunAsync("--from", ContractSource.Compile(_folder, before + Enums), "--out", _folder.File("before.ts"));
        written.Code.Should().Be(0, written.Error);
        return await CompareAsync(_folder.File("before.contract.json"), after + Enums);
    }

    private async Task<List<(string Breaks, string Place, string What)>> CompareAsync(string file, string after)
    {
        var (code, output, error) = await RunAsync("--from", ContractSource.Compile(_folder, after), "--check", file, "--json");
        code.Should().Be(8, error);
        return [.. output.Split('\n').Select(line => JsonDocument.Parse(line).RootElement).Select(c =>
        {
            var (readers, senders) = (c.GetProperty("readers").GetBoolean(), c.GetProperty("senders").GetBoolean());
            c.GetProperty("breaks").GetBoolean().Should().Be(readers || senders);
            return ($"{(senders ? "senders " : "")}{(readers ? "readers" : "")}".Trim(), c.GetProperty("place").GetString()!,
                c.GetProperty("what").GetString()!);
        })];
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        await using var cli = ToolProcess.Start(ToolProcess.Cli, new Dictionary<string, string>(), ["types", .. arguments]);
        var code = await cli.ExitCodeAsync();
        return (code, string.Join('\n', cli.Output), cli.Error);
    }
}
