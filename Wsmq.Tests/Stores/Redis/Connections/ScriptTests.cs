using System.Text.RegularExpressions;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Stores;

/// <summary>Each Lua file can be read alone: its first lines state what it uses, and every key and argument.</summary>
public sealed partial class ScriptTests
{
    private static readonly string Folder = SourceTree.PathOf("Wsmq.Server", "Stores", "Redis", "Scripts");

    private static readonly string[] Names = [.. Directory.GetFiles(Folder, "*.lua").Select(p => Path.GetFileNameWithoutExtension(p)).Order(StringComparer.Ordinal)];

    private static readonly Dictionary<string, string> Texts = Names.ToDictionary(name => name, name => File.ReadAllText(Path.Combine(Folder, name + ".lua")));

    private static readonly ILookup<string, string> Functions = Names
        .SelectMany(file => Function().Matches(Texts[file]).Select(m => (File: file, Name: m.Groups[1].Value)))
        .ToLookup(f => f.Name, f => f.File);

    public static TheoryData<string> Files => [.. Names];

    [Theory]
    [MemberData(nameof(Files))]
    public void The_header_names_every_key_and_argument_that_the_script_reads(string name)
    {
        var lines = Texts[name].Split('\n');
        var header = string.Join('\n', lines.TakeWhile(line => line.StartsWith("--", StringComparison.Ordinal)));
        var code = string.Join('\n', lines.Where(line => !line.StartsWith("--", StringComparison.Ordinal)));

        header.Should().NotBeEmpty();
        var read = Read().Matches(code).Select(m => m.Value).Distinct();
        read.Where(argument => !header.Contains(argument, StringComparison.Ordinal) && !IsInRange(header, argument)).Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void The_header_names_every_file_whose_functions_the_script_calls(string name)
    {
        var used = UsedBy(name).Append(name).ToHashSet(StringComparer.Ordinal);

        var missing = Call().Matches(Code(name)).Select(m => m.Groups[1].Value).Distinct()
            .Where(function => Functions.Contains(function) && !Functions[function].Any(used.Contains))
            .ToList();

        missing.Should().BeEmpty();
    }

    private static HashSet<string> UsedBy(string name)
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([name]);
        while (open.TryPop(out var file))
        {
            foreach (var other in Uses().Matches(Texts[file]).SelectMany(m => m.Groups[1].Value.Split(", ")).Where(used.Add))
                open.Push(other);
        }

        return used;
    }

    // "ARGV[9 … 17]" states a range, "KEYS[6 + 2 j …]" and "ARGV[20 …]" all that follow.
    private static bool IsInRange(string header, string argument)
    {
        var number = int.Parse(argument[5..^1], null);
        return Range().Matches(header).Any(m => m.Groups[1].Value == argument[..4]
            && int.Parse(m.Groups[2].Value, null) <= number
            && (m.Groups[3].Value.Length == 0 || number <= int.Parse(m.Groups[3].Value, null)))
            || header.Contains("and [" + number + "]", StringComparison.Ordinal);
    }

    private static string Code(string name) => string.Join('\n', Texts[name].Split('\n').Where(line => !line.TrimStart().StartsWith("--", StringComparison.Ordinal)));

    [GeneratedRegex(@"(?:KEYS|ARGV)\[\d+\]")]
    private static partial Regex Read();

    [GeneratedRegex(@"(KEYS|ARGV)\[(\d+)[^\]…]*…\s*(\d*)\]")]
    private static partial Regex Range();

    [GeneratedRegex(@"^local function (\w+)", RegexOptions.Multiline)]
    private static partial Regex Function();

    [GeneratedRegex(@"(?<![\w.:])(\w+)\(")]
    private static partial Regex Call();

    [GeneratedRegex("^-- uses: (.+)$", RegexOptions.Multiline)]
    private static partial Regex Uses();
}
