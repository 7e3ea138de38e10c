using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;

namespace Wsmq;

/// <content>The history of users and groups.</content>
public sealed partial class WsmqClient
{
    /// <summary>
    /// Returns the messages that the log of an address still has, page by page, each page when it is needed: by range, sender, type and time,
    /// the oldest or the newest first. They are not acknowledged, and deliveries are not affected. By default a user reads the history of its
    /// own queue, and of the groups that it is a member of what was stored since it joined. With the oldest first it ends with what is stored
    /// when it gets there.
    /// </summary>
    /// <remarks>
    /// Each page waits for a connection where there is none, also before the client is started, and is asked for again after a lost connection
    /// and after a temporary error, until <see cref="WsmqClientOptions.SendTimeout"/>.
    /// </remarks>
    /// <param name="source">The user or the group.</param>
    /// <param name="query">Which messages; its <see cref="WsmqHistoryQuery.Max"/> is the size of a page. Null for all.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    /// <exception cref="WsmqException">
    /// <c>history-not-allowed</c>; <c>invalid-message</c>: the size of the page is not 1 to 200; <c>client-closed</c> if the client was stopped or
    /// got no connection in time, and <c>outcome-unknown</c> if there is no answer.
    /// </exception>
    public IAsyncEnumerable<WsmqDelivery> HistoryAsync(
        WsmqAddress source, WsmqHistoryQuery? query = null, CancellationToken cancellationToken = default) =>
        HistoryPages.EntriesAsync(query, (part, stop) => HistoryPageAsync(source, part, stop), cancellationToken);

    /// <summary>
    /// The same of the messages of one type, with typed bodies; otherwise as the overload that returns <see cref="WsmqDelivery"/>.
    /// </summary>
    /// <param name="source">The user or the group.</param>
    /// <param name="query">
    /// Which messages; without a <see cref="WsmqHistoryQuery.Type"/> those that are sent as <typeparamref name="T"/>. Null for all of these.
    /// </param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    /// <typeparam name="T">The type of the bodies.</typeparam>
    /// <exception cref="System.Text.Json.JsonException">A body does not fit the type.</exception>
    /// <inheritdoc cref="HistoryAsync(WsmqAddress, WsmqHistoryQuery?, CancellationToken)" path="/exception"/>
    [RequiresUnreferencedCode(Reflection)]
    [RequiresDynamicCode(Reflection)]
    public IAsyncEnumerable<WsmqMessage<T>> HistoryAsync<T>(
        WsmqAddress source, WsmqHistoryQuery? query = null, CancellationToken cancellationToken = default) =>
        HistoryAsync(TypedBody.ByReflection<T>(_options.Json), source, query, cancellationToken);

    /// <summary>
    /// The same with source-generated JSON metadata, for trimmed and native AOT apps; otherwise as the overload without
    /// <paramref name="typeInfo"/>.
    /// </summary>
    /// <param name="typeInfo">The JSON metadata with which bodies are deserialized.</param>
    /// <param name="source">The user or the group.</param>
    /// <param name="query">
    /// Which messages; without a <see cref="WsmqHistoryQuery.Type"/> those that are sent as <typeparamref name="T"/>. Null for all of these.
    /// </param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    /// <typeparam name="T">The type of the bodies.</typeparam>
    /// <exception cref="System.Text.Json.JsonException">A body does not fit the type.</exception>
    /// <inheritdoc cref="HistoryAsync(WsmqAddress, WsmqHistoryQuery?, CancellationToken)" path="/exception"/>
    public IAsyncEnumerable<WsmqMessage<T>> HistoryAsync<T>(
        JsonTypeInfo<T> typeInfo, WsmqAddress source, WsmqHistoryQuery? query = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        query ??= new WsmqHistoryQuery();
        var typed = query with { Type = query.Type ?? HandledTypes.NameOf(typeInfo) };
        return ReadTypedAsync(HistoryAsync(source, typed, cancellationToken), typeInfo, cancellationToken);
    }

    /// <summary>
    /// Returns one page of the history of an address, for lists that load more when the user asks for it: pass
    /// <see cref="WsmqHistoryPage.Next"/> to <see cref="WsmqHistoryQuery.Continue"/>. A page may be short, or empty, although more follows.
    /// </summary>
    /// <param name="source">The user or the group.</param>
    /// <param name="query">Which messages; null for the oldest 50.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <inheritdoc cref="HistoryAsync(WsmqAddress, WsmqHistoryQuery?, CancellationToken)" path="/exception"/>
    public Task<WsmqHistoryPage> HistoryPageAsync(
        WsmqAddress source, WsmqHistoryQuery? query = null, CancellationToken cancellationToken = default) =>
        Run.Calls.CallAsync<WsmqHistoryPage>(
            new HubCall(nameof(IWsmqHub.History), [source.ToString(), query], CanRepeat: true), cancellationToken);

    private static async IAsyncEnumerable<WsmqMessage<T>> ReadTypedAsync<T>(
        IAsyncEnumerable<WsmqDelivery> deliveries, JsonTypeInfo<T> typeInfo, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var delivery in deliveries.WithCancellation(cancellationToken).ConfigureAwait(false))
            yield return new WsmqMessage<T>(delivery, Bodies.Read(delivery.Body, delivery.Data is not null, typeInfo));
    }
}
