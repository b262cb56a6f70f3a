using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace EdgeFleet.Service.Storage.Migrations
{
    /// <inheritdoc />
    public partial class ConfigLevels : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "config_layers",
                columns: table => new
                {
                    Level = table.Column<string>(type: "TEXT", maxLength: 24, nullable: false),
                    Name = table.Column<string>(type: "TEXT", nullable: false),
                    Version = table.Column<uint>(type: "INTEGER", nullable: false),
                    Json = table.Column<string>(type: "TEXT", nullable: false),
                    ChangedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    ChangedBy = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_config_layers", x => new { x.Level, x.Name });
                });
            // What was set for a device before there were levels stays the whole of what it is to have.
            migrationBuilder.Sql("""
                INSERT INTO config_layers (Level, Name, Version, Json, ChangedAt, ChangedBy)
                SELECT 'Device', DeviceId, 1, json_set(Json, '$.ownRulesOnly', json('true')), ChangedAt, ChangedBy
                FROM desired_configs
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "config_layers");
        }
    }
}
