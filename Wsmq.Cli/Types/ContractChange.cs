using System.Text.Json.Serialization;

namespace Wsmq.Cli.Types;

/// <summary>A difference between two contracts.</summary>
/// <param name="Readers">Whether clients of the older one that receive the message can fail because of it.</param>
/// <param name="Senders">Whether what clients of the older one send can be refused, or lose something, because of it.</param>
/// <param name="Place">The message, and the field in it.</param>
/// <param name="What">What has changed.</param>
internal sealed record ContractChange(bool Readers, bool Senders, string Place, string What)
{
    public bool Breaks => Readers || Senders;

    [JsonIgnore]
    public string Text => $"{Severity}  {Place}  {What}";

    private string Severity => (Readers, Senders) switch
    {
        (true, true) => "BREAKS readers and senders",
        (true, false) => "BREAKS readers",
        (false, true) => "BREAKS senders",
        _ => "ok",
    };
}
