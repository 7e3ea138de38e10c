using System.Diagnostics.CodeAnalysis;

namespace Wsmq;

/// <summary>
/// Where a message goes: <c>user:&lt;id&gt;</c>, <c>group:&lt;name&gt;</c> or <c>work:&lt;name&gt;</c>. The text is split at the
/// first colon; the name may hold colons, pipes, slashes and spaces (<c>user:auth0|5f…</c>, <c>group:urn:shop:7</c>).
/// Two addresses are equal when kind and name are equal, character by character.
/// </summary>
public readonly struct WsmqAddress : IEquatable<WsmqAddress>
{
    /// <summary>The most bytes that a name may take in UTF-8.</summary>
    public const int MaxNameBytes = 256;

    private readonly string? _name;

    private WsmqAddress(WsmqAddressKind kind, string name)
    {
        Kind = kind;
        _name = name;
    }

    /// <summary>What the address names.</summary>
    public WsmqAddressKind Kind { get; }

    /// <summary>The part after the first colon: a user's identifier, or the name of a group.</summary>
    public string Name => _name ?? string.Empty;

    /// <summary>
    /// The queue of a user. Whether the identifier looks like another one is judged by the server when it is used, as in docs/protocol.md.
    /// </summary>
    /// <param name="id">The user's identifier, as the app's authentication gives it.</param>
    /// <exception cref="WsmqException">The name is refused: <c>invalid-name</c> or <c>name-too-long</c>.</exception>
    public static WsmqAddress User(string id) => Create(WsmqAddressKind.User, id);

    /// <summary>The log of a group.</summary>
    /// <param name="name">The group's name.</param>
    /// <exception cref="WsmqException">The name is refused: <c>invalid-name</c> or <c>name-too-long</c>.</exception>
    public static WsmqAddress Group(string name) => Create(WsmqAddressKind.Group, name);

    /// <summary>A queue for competing consumers.</summary>
    /// <param name="name">The queue's name.</param>
    /// <exception cref="WsmqException">The name is refused: <c>invalid-name</c> or <c>name-too-long</c>.</exception>
    public static WsmqAddress Work(string name) => Create(WsmqAddressKind.Work, name);

    /// <summary>Reads an address from its text.</summary>
    /// <param name="text">For example <c>user:bob</c>.</param>
    /// <exception cref="WsmqException">
    /// The text is no address: <c>invalid-address</c>, <c>unknown-address-kind</c>, <c>invalid-name</c> or <c>name-too-long</c>.
    /// </exception>
    public static WsmqAddress Parse(string? text) =>
        TryParse(text, out var address, out var error, out var detail) ? address : throw new WsmqException(error, detail);

    /// <summary>Reads an address from its text without throwing.</summary>
    /// <param name="text">For example <c>user:bob</c>.</param>
    /// <param name="address">The address, if the result is true.</param>
    /// <param name="error">Why not, if the result is false.</param>
    public static bool TryParse(string? text, out WsmqAddress address, [NotNullWhen(false)] out WsmqError? error) =>
        TryParse(text, out address, out error, out _);

    /// <inheritdoc/>
    public bool Equals(WsmqAddress other) => Kind == other.Kind && string.Equals(Name, other.Name, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is WsmqAddress other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, StringComparer.Ordinal.GetHashCode(Name));

    /// <summary>The text that <see cref="Parse"/> reads.</summary>
    public override string ToString() => string.Concat(Prefix(Kind), ":", Name);

    /// <summary>Same kind and name.</summary>
    public static bool operator ==(WsmqAddress left, WsmqAddress right) => left.Equals(right);

    /// <summary>Another kind or name.</summary>
    public static bool operator !=(WsmqAddress left, WsmqAddress right) => !left.Equals(right);

    private static WsmqAddress Create(WsmqAddressKind kind, string name) =>
        NameRules.Check(name, MaxNameBytes, IsJudged(kind), out var error, out var detail)
            ? new WsmqAddress(kind, name)
            : throw new WsmqException(error, detail);

    private static bool TryParse(string? text, out WsmqAddress address, [NotNullWhen(false)] out WsmqError? error, out string? detail)
    {
        address = default;
        detail = null;
        var colon = text?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        if (colon < 0)
        {
            error = WsmqErrors.InvalidAddress;
            return false;
        }

        if (KindOf(text.AsSpan(0, colon)) is not { } kind)
        {
            error = WsmqErrors.UnknownAddressKind;
            return false;
        }

        var name = text![(colon + 1)..];
        if (!NameRules.Check(name, MaxNameBytes, IsJudged(kind), out error, out detail))
            return false;
        address = new WsmqAddress(kind, name);
        return true;
    }

    // Who a user is the identity provider says: the server judges its identifiers, unless it was told to trust them.
    private static bool IsJudged(WsmqAddressKind kind) => kind != WsmqAddressKind.User;

    private static WsmqAddressKind? KindOf(ReadOnlySpan<char> prefix) => prefix switch
    {
        "user" => WsmqAddressKind.User,
        "group" => WsmqAddressKind.Group,
        "work" => WsmqAddressKind.Work,
        _ => null,
    };

    internal static string Prefix(WsmqAddressKind kind) => kind switch
    {
        WsmqAddressKind.User => "user",
        WsmqAddressKind.Group => "group",
        _ => "work",
    };
}
