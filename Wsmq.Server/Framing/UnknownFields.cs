using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;

namespace Wsmq.Server.Framing;

/// <summary>
/// Logs unknown fields of messages in Development: a message with a misspelt field gets a receipt like any other, because a newer client
/// may know more fields than this server. Logs each name once, and a limited number of names, because clients choose them.
/// </summary>
internal sealed class UnknownFields(IHostEnvironment environment, ILogger<UnknownFields> logger)
{
    private const int Most = 32;

    private readonly bool _isOn = environment.IsDevelopment();
    private readonly Lock _gate = new();
    private readonly HashSet<string> _said = new(StringComparer.Ordinal);

    public void Note(WsmqOutgoingMessage message)
    {
        if (!_isOn || message.UnknownField is not { } field)
            return;
        lock (_gate)
        {
            if (_said.Count >= Most || !_said.Add(field))
                return;
        }

        Log.UnknownField(logger, NackReason.Shorten(field));
    }
}
