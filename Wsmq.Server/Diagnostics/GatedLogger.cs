using System.Collections.Frozen;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Wsmq.Server.Diagnostics;

/// <summary>A logger whose lines at Information and above pass the <see cref="LogGate"/>.</summary>
/// <param name="inner">The app's logger.</param>
/// <param name="gate">Shared by all loggers of a node.</param>
/// <param name="category">Set where the events are not those of <see cref="Log"/>, whose ids are unique.</param>
internal class GatedLogger(ILogger inner, LogGate gate, string? category = null) : ILogger
{
    // The node's own stops and the store's outages: as often as they happen, and no client can bring them about. And unknown fields,
    // which are said in Development only, each once.
    private static readonly FrozenSet<int> Ungated = FrozenSet.ToFrozenSet([60, 61, 62, 63, StoreBack, UnknownField]);

    private const int StoreBack = 64;
    private const int UnknownField = 220;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => inner.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!inner.IsEnabled(logLevel))
            return;
        if (category is null && eventId.Id == StoreBack)
        {
            // How often everything failed meanwhile belongs to the end of the outage, and not to the end of a minute.
            gate.Tell();
        }

        if (logLevel < LogLevel.Information || (category is null && Ungated.Contains(eventId.Id)))
            inner.Log(logLevel, eventId, state, exception, formatter);
        else
            gate.Write(inner, category, logLevel, eventId, state, exception, formatter);
    }
}

/// <inheritdoc/>
internal sealed class GatedLogger<T>(ILoggerFactory loggers, LogGate gate) : GatedLogger(loggers.CreateLogger<T>(), gate), ILogger<T>;

/// <summary>Puts gated loggers in the place of the app's own, for single classes of this library.</summary>
internal static class GatedLoggerServices
{
    /// <summary>From then on <c>ILogger&lt;T&gt;</c> is gated.</summary>
    public static IServiceCollection AddGatedLogger<T>(this IServiceCollection services) =>
        services.AddSingleton<ILogger<T>, GatedLogger<T>>();
}
