using System.ComponentModel;
using System.Text.Json;

namespace Wsmq;

/// <summary>
/// Reads and writes an address in JSON as its text. Public because the JSON source generator of another assembly has to create it; apps
/// have no use for it.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class WsmqAddressConverter : WsmqTextConverter<WsmqAddress>
{
    private protected override WsmqAddress Parse(string? text) =>
        WsmqAddress.TryParse(text, out var value) ? value : throw new JsonException("The text is no address.");
}
