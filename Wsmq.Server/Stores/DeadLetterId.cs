using System.Security.Cryptography;
using System.Text;

namespace Wsmq.Server.Stores;

/// <summary>The key of a dead letter as one string: position, device and source. Only the source, the last, can contain a colon.</summary>
internal static class DeadLetterId
{
    public static string Of(DeadLetterKey key) => $"{key.Position}:{Uri.EscapeDataString(key.Device)}:{key.Source}";

    /// <exception cref="WsmqException"><c>invalid-message</c>, or the error of a source that is not a valid address.</exception>
    public static DeadLetterKey Parse(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        var parts = id.Split(':', 3);
        return parts.Length == 3 && WsmqPosition.TryParse(parts[0], out var position)
            ? new DeadLetterKey(WsmqAddress.Parse(parts[2]), position, Uri.UnescapeDataString(parts[1]))
            : throw new WsmqException(WsmqErrors.InvalidMessage, "it is not the id of a dead letter");
    }

    /// <summary>The id of the message that replays a dead letter. It is deterministic, so that a repeated replay is a duplicate.</summary>
    public static string ReplayOf(DeadLetterKey key) =>
        "replay-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Of(key))).AsSpan(0, 16));
}
