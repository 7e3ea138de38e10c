using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.SignalR;

namespace Wsmq;

/// <summary>Distinguishes a final refusal by the hub from a temporary failure.</summary>
internal static class HubRefusal
{
    public static bool IsFinal(Exception exception, [NotNullWhen(true)] out Exception? refusal)
    {
        refusal = exception is not HubException ? null
            : WsmqException.From(exception) is not { } coded ? exception
            : coded.Error.CanRetry ? null : coded;
        return refusal is not null;
    }

    /// <summary>Whether the same call can succeed soon. Corrupt data stays corrupt until an operator has repaired it.</summary>
    public static bool IsTemporary(WsmqError error) => error.CanRetry && error != WsmqErrors.StoreCorrupt;
}
