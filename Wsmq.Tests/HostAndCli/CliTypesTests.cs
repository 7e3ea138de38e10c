using System.Text.Json;

namespace Wsmq.Tests.HostAndCli;

/// <summary>
/// <c>wsmq types</c>. That its output compiles and that numbers survive a round trip is tested with the TypeScript client
/// (clients/typescript/test/contracts.test.js).
/// </summary>
public sealed class CliTypesTests : IDisposable
{
    private const string Item =
        """[WsmqMessageType("item")] public sealed record Item(string Name, int? Count, Color Color = Color.Red);""";
    private const string Color = """[JsonConverter(typeof(JsonStringEnumConverter<Color>))] public enum Color { Red, Green }""";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_types_of_an_assembly_with_dependencies_are_written()
    {
        var file = _folder.File("web/src/messages.ts");

        (await OkAsync("--from", ToolProcess.PathOf("Wsmq.Tests/TypeScript"), "--out", file)).Should().BeEmpty();

        var text = await File.ReadAllTextAsync(file);
        text.Should().Contain("  \"reply-to\"?: string | null;\n").And.Contain("gaps: (string | null)[];").And.Contain("children: Tree[];")
            .And.Contain("  /** Up to 2^63. */\n  long: ExactInteger;\n").And.Contain("export type Level = 1 | 10;")
            .And.Contain("/** What was said, with a `Mood`; `*\\/` ends nothing. */")
            .And.Contain("export type Shape = ({ $type: \"circle\" } & Circle) | ({ $type: \"square\" } & Square);")
            .And.NotContain("secret").And.NotContain("Plain");
        (await OkAsync("--from", ToolProcess.PathOf("Wsmq.Tests/TypeScript"), "--type", "Wsmq.Tests.TypeScript.Pl*")).Should()
            .Contain("\"Wsmq.Tests.TypeScript.Plain\": Plain;");
        (await OkAsync("--from", ToolProcess.PathOf("Wsmq.Tests/TypeScript"), "--check", _folder.File("web/src/messages.contract.json"))).Should()
            .BeEmpty();
    }

    [Theory]
    [InlineData("""Item(int? Count, Color Color = Color.Red)""", true, "item.name", "the field was removed")]
    [InlineData("""Item(string Name, int? Count, int Size, Color Color = Color.Red)""", true, "item.size", "new and required")]
    [InlineData("""Item(string Name, int? Count, Color Color = Color.Red, int Size = 1)""", false, "item.size", "new and optional")]
    [InlineData("""Item(int Name, int? Count, Color Color = Color.Red)""", true, "item.name", "changed from string to number")]
    [InlineData("""Item(string? Name, int? Count, Color Color = Color.Red)""", true, "item.name", "can be null now")]
    [InlineData("""Item(string Name, int Count, Color Color = Color.Red)""", true, "item.count", "null is no longer accepted")]
    [InlineData("""Item(string Name, int? Count, Color Color)""", true, "item.color", "required now")]
    [InlineData("""Item(string Name, int? Count = null, Color Color = Color.Red)""", true, "item.count", "optional now")]
    public async Task A_change_of_a_field_is_named_and_breaks_or_not(string record, bool breaks, string place, string what)
    {
        var changes = await CheckAsync(Item, $"[WsmqMessageType(\"item\")] public sealed record {record};", breaks);

        changes.Should().ContainSingle().Which.Should().Be((breaks, place, changes[0].What));
        changes[0].What.Should().Contain(what);
    }

    [Fact]
    public async Task A_removed_message_or_value_breaks_and_a_new_one_does_not()
    {
        var removed = await CheckAsync(Item + Other("a"), Item.Replace("Color Color", "Tone Color", StringComparison.Ordinal)
            .Replace("= Color.Red", "= Tone.Red", StringComparison.Ordinal)
            + "[JsonConverter(typeof(JsonStringEnumConverter<Tone>))] public enum Tone { Red, Blue }" + Other("b"), breaks: true);

        removed.Should().BeEquivalentTo(new (bool, string, string)[]
        {
            (true, "a", "the message type was removed"),
            (true, "item.color", "the value \"Green\" was removed"),
            (false, "item.color", "the value \"Blue\" is new: older clients may receive it"),
            (false, "b", "the message type is new: older clients have no handler for it"),
        });

        static string Other(string name) => $"[WsmqMessageType(\"{name}\")] public sealed record Other(int N);";
    }

    [Fact]
    public async Task A_renamed_type_with_the_same_fields_changes_nothing()
    {
        var changes = await CheckAsync(
            """[WsmqMessageType("a")] public sealed record A(B B); public sealed record B(B? Next, int N);""",
            """namespace Other { [WsmqMessageType("a")] public sealed record Renamed(C B); public sealed record C(C? Next, int N); }""",
                breaks: false);

        changes.Should().BeEmpty();
    }

    [Fact]
    public async Task Derived_types_are_compared_by_their_discriminators()
    {
        var changes = await CheckAsync(
            Shapes("""[JsonDerivedType(typeof(A), "a")] [JsonDerivedType(typeof(B), "b")]""", "int X"),
            Shapes("""[JsonDerivedType(typeof(A), "a")] [JsonDerivedType(typeof(B), "c")]""", "string X"), breaks: true);

        changes.Select(c => (c.Breaks, c.Place)).Should().BeEquivalentTo(new[]
        {
            (true, "shape($type \"a\").x"), (true, "shape($type \"b\")"), (false, "shape($type \"c\")"),
        });

        static string Shapes(string attributes, string field) =>
            $$"""
            {{attributes}} [WsmqMessageType("shape")] public abstract record Shape;
            public sealed record A({{field}}) : Shape; public sealed record B() : Shape;
            """;
    }

    [Theory]
    [InlineData("no-message-types", "public sealed record A(int N);")]
    [InlineData("duplicate-name",
        """[WsmqMessageType("a")] public sealed record A(int N); [WsmqMessageType("a")] public sealed record B(int N);""")]
    [InlineData("not-writable", """[WsmqMessageType("a")] public sealed record A(List<Base> All); public abstract record Base(int N);""")]
    [InlineData("not-writable", """[WsmqMessageType("a")] public sealed record A(Action Run);""")]
    [InlineData("number-not-exact",
        """[WsmqMessageType("a")] public sealed record A([property: JsonNumberHandling(JsonNumberHandling.Strict)] long N);""")]
    [InlineData("no-type-name", """[WsmqMessageType("")] public sealed record A(int N);""")]
    public async Task What_cannot_be_written_is_refused_with_a_code(string code, string source)
    {
        var result = await RunAsync("--from", ContractSource.Compile(_folder, source));

        result.Code.Should().Be(7);
        result.Error.Should().StartWith($"wsmq: {code}: ");
        result.Error.Split('\n').Should().ContainSingle();
        result.Output.Should().BeEmpty();
    }

    [Fact]
    public async Task A_missing_dependency_is_named()
    {
        var dependency = ContractSource.Compile(_folder, "public class Part { public int N { get; set; } }", "Dependency");
        var contracts = ContractSource.Compile(_folder, """[WsmqMessageType("a")] public sealed class A : Part;""", "Contracts",
            dependency);
        (await OkAsync("--from", contracts)).Should().Contain("n?: number;");
        File.Delete(dependency);

        var missing = await RunAsync("--from", contracts);
        var noAssembly = _folder.File("text.dll");
        await File.WriteAllTextAsync(noAssembly, "text");

        missing.Code.Should().Be(7);
        missing.Error.Should().StartWith("wsmq: dependency-missing: ").And.Contain("Dependency");
        (await RunAsync("--from", noAssembly)).Error.Should().StartWith("wsmq: not-an-assembly: ");
        (await RunAsync("--from", _folder.File("none.dll"))).Error.Should().StartWith("wsmq: assembly-not-found: ");
        (await RunAsync("--from", _folder.Path)).Error.Should().StartWith("wsmq: assembly-not-found: ").And.Contain("is a folder");
        (await RunAsync("--from", contracts, "--context", "None")).Code.Should().Be(7);
        (await RunAsync("--from", contracts, "--check", noAssembly)).Code.Should().Be(7);
    }

    [Fact]
    public async Task A_dependency_is_found_in_the_folder_of_packages_and_in_ASP_NET_Core()
    {
        const string Manifest = """
            {"runtimeTarget":{"name":".NETCoreApp,Version=v10.0"},"targets":{".NETCoreApp,Version=v10.0":{"Dependency/1.0.0":
            {"runtime":{"lib/net10.0/Dependency.dll":{}}}}},"libraries":{"Dependency/1.0.0":{"type":"package","serviceable":true,
            "sha512":"","path":"dependency/1.0.0"}}}
            """;
        var dependency = ContractSource.Compile(_folder, "public class Part { public int N { get; set; } }", "Dependency");
        var contracts = ContractSource.Compile(
            _folder,
            """[WsmqMessageType("a")] public sealed class A : Part; public interface IOther : Microsoft.AspNetCore.Http.IMiddleware;""",
            "Contracts", dependency);
        var package = Directory.CreateDirectory(_folder.File("packages/dependency/1.0.0/lib/net10.0"));
        File.Move(dependency, Path.Combine(package.FullName, "Dependency.dll"));
        await File.WriteAllTextAsync(_folder.File("Contracts.deps.json"), Manifest);
        await using var cli = ToolProcess.Start(
            ToolProcess.Cli, new Dictionary<string, string> { ["NUGET_PACKAGES"] = _folder.File("packages") }, "types", "--from", contracts);

        (await cli.ExitCodeAsync()).Should().Be(0, cli.Error);

        cli.Output.Should().Contain("  n?: number;");
    }

    [Fact]
    public async Task The_options_of_a_context_hold()
    {
        var contracts = ToolProcess.PathOf("Wsmq.Tests/TypeScript");

        var text = await OkAsync("--from", contracts, "--context", "SnakeContext");
        var without = await RunAsync("--from", contracts, "--context", "SnakeContext", "--type", "Wsmq.Tests.TypeScript.Plain");

        text.Should().Contain("by_number: Record<string, boolean>;").And.Contain("parent?: Tree | null;").And.Contain("long: ExactInteger;");
        without.Code.Should().Be(7);
        without.Error.Should().StartWith("wsmq: no-metadata: ");
    }

    [Fact]
    public async Task Types_with_one_name_have_their_namespaces_in_it_and_options_decide_about_numbers()
    {
        var text = await OkAsync("--from", ContractSource.Compile(_folder, """
            namespace One { [WsmqMessageType("one")] public sealed record Same(Dictionary<string, long>? Map, Half Half); }
            namespace Two { [WsmqMessageType("two")] public sealed record Same(
                [property: JsonNumberHandling((JsonNumberHandling)3)] decimal[] Texts,   // AllowReadingFromString, WriteAsString
                [property: JsonNumberHandling(JsonNumberHandling.Strict)] long Inexact); }
            """), "--inexact", "--interface", "Same");

        text.Should().Contain("export interface Same {\n  \"one\": OneSame;\n  \"two\": TwoSame;\n}")
            .And.Contain("map: Record<string, ExactInteger> | null;").And.Contain("half: number;").And.Contain("texts: `${number}`[];")
            .And.Contain("inexact: number;").And.NotContain("ExactDecimal");
    }

    private async Task<List<(bool Breaks, string Place, string What)>> CheckAsync(string before, string now, bool breaks)
    {
        var file = _folder.File("before.ts");
        await OkAsync("--from", ContractSource.Compile(_folder, before + Color, "Before"), "--out", file);
        var (code, output, error) = await RunAsync(
            "--from", ContractSource.Compile(_folder, now + Color, "Now"), "--check", _folder.File("before.contract.json"), "--json");

        code.Should().Be(breaks ? 8 : 0, error);
        return output.Length == 0 ? [] : [.. output.Split('\n').Select(l => JsonDocument.Parse(l).RootElement).Select(c =>
            (c.GetProperty("breaks").GetBoolean(), c.GetProperty("place").GetString()!, c.GetProperty("what").GetString()!))];
    }

    private static async Task<string> OkAsync(params string[] arguments)
    {
        var (code, output, error) = await RunAsync(arguments);
        code.Should().Be(0, error);
        return output;
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        await using var cli = ToolProcess.Start(ToolProcess.Cli, new Dictionary<string, string>(), ["types", .. arguments]);
        var code = await cli.ExitCodeAsync();
        return (code, string.Join('\n', cli.Output), cli.Error);
    }
}
