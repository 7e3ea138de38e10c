using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wsmq.Server.Declarations;

/// <summary>What a node declares about a queue, as it is stored: its options, and what identifies each of its recurring jobs.</summary>
internal sealed class DeclarationText
{
    public required WsmqQueueOptions Options { get; init; }

    /// <summary>By name: a text that differs if anything about the recurring job does. Sorted, so that equal declarations have equal texts.</summary>
    public required SortedDictionary<string, string> Recurring { get; init; }

    public override string ToString() => JsonSerializer.Serialize(this, DeclarationJson.Default.DeclarationText);

    /// <summary>
    /// The declarations of one version together: the options of the newest, and each recurring job as the newest that has it declares it.
    /// Apps that share a queue need not all declare its recurring jobs.
    /// </summary>
    /// <param name="texts">The texts, the newest last.</param>
    /// <exception cref="JsonException">One is corrupt or foreign.</exception>
    public static DeclarationText Together(IReadOnlyList<string> texts)
    {
        var all = texts.Select(t => JsonSerializer.Deserialize(t, DeclarationJson.Default.DeclarationText) ?? throw new JsonException("null")).ToList();
        var recurring = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, text) in all.SelectMany(d => d.Recurring))
            recurring[name] = text;
        return new DeclarationText { Options = all[^1].Options, Recurring = recurring };
    }
}

[JsonSerializable(typeof(DeclarationText))]
internal sealed partial class DeclarationJson : JsonSerializerContext;
