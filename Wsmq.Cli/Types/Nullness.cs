using System.Reflection;
using System.Text.Json.Serialization.Metadata;

namespace Wsmq.Cli.Types;

/// <summary>Whether a value can be null: of a property by its JSON metadata, of the elements of a collection by their
/// annotations.</summary>
internal sealed class Nullness
{
    private readonly NullabilityInfo? _info;

    private Nullness(NullabilityInfo? info) => _info = info;

    /// <summary>Of the parts of a property; nothing is known of the elements of a collection that is a message itself.</summary>
    public static Nullness Of(JsonPropertyInfo? property)
    {
        var context = new NullabilityInfoContext();
        return new Nullness(property?.AttributeProvider switch
        {
            PropertyInfo p => context.Create(p),
            FieldInfo f => context.Create(f),
            _ => null,
        });
    }

    /// <summary>Of the elements of an array or a collection, or the values of a dictionary.</summary>
    public Nullness Element => new(_info?.ElementType ?? (_info?.GenericTypeArguments is { Length: > 0 } all ? all[^1] : null));

    public bool IsElementNullable(SchemaOrigin origin) => origin.Info.Type.IsValueType
        ? Nullable.GetUnderlyingType(origin.Info.Type) is not null
        : _info?.ReadState is NullabilityState.Nullable or NullabilityState.Unknown;

    public static bool IsNullable(JsonPropertyInfo property) => property.PropertyType.IsValueType
        ? Nullable.GetUnderlyingType(property.PropertyType) is not null
        : property.IsGetNullable || (property.Set is not null && property.IsSetNullable)
            || property.AssociatedParameter is { IsNullable: true };
}
