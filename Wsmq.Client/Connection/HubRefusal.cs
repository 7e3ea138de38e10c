using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.SignalR;

namespace Wsmq;

/// <summary>Tells an answer of the hub that stays the same from a failure that may pass.</summary>
internal static class HubRefusal
{
    public static bool IsFinal(Exception exception, [NotNullWhen(true)] out Exception? refusal)
    {
        refusal = exception is not HubException ? null
            : WsmqException.From(exception) is not { } coded ? exception
            : coded.Error.CanRetry ? null : coded;
        return refusal is not null;
    }
}
