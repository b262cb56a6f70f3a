using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace EdgeFleet.Service.Storage.Migrations
{
    /// <inheritdoc />
    public partial class UpdateTargets : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "update_targets",
                columns: table => new
                {
                    Device = table.Column<string>(type: "TEXT", nullable: false),
                    Digest = table.Column<string>(type: "TEXT", nullable: false),
                    Attempt = table.Column<long>(type: "INTEGER", nullable: false),
                    ApplyFrom = table.Column<long>(type: "INTEGER", nullable: true),
                    ApplyUntil = table.Column<long>(type: "INTEGER", nullable: true),
                    IsOffered = table.Column<bool>(type: "INTEGER", nullable: false),
                    SetAt = table.Column<long>(type: "INTEGER", nullable: false),
                    SetBy = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_update_targets", x => x.Device);
                });

            migrationBuilder.CreateIndex(
                name: "IX_update_targets_Digest",
                table: "update_targets",
                column: "Digest");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "update_targets");
        }
    }
}
